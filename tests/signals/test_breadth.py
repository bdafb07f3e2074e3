"""Plain one-sentence news of violence, in the words that wires of four decades use: each must count."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.article import Article
from streams.classify import classify

TOLD = [
    "Guerrillas dynamited two electricity pylons near the town of Chosica last night.",
    "Unidentified individuals hurled an explosive device at the embassy on Sunday.",
    "Rebels harassed the garrison at San Vicente for two hours on Friday.",
    "Terrorists set fire to four buses on the Pan-American Highway yesterday.",
    "A bomb damaged the offices of the party in Cali on Monday.",
    "The army reported that subversives blew up a bridge over the Lempa River.",
    "Hooded men burned down the town hall of Paratebueno.",
    "An oil pipeline was blown up by members of the ELN on Tuesday.",
    "Gunmen riddled the councilman's house with bullets.",
    "The priest was found murdered in his parish house on Saturday.",
    "Members of the death squad dragged the teacher from his home and shot him.",
    "A powerful explosive charge went off outside the bank, shattering windows.",
    "The insurgents occupied the town for three hours and looted the bank.",
    "A judge escaped unhurt when his car was machine-gunned in Medellin.",
    "The guerrillas attacked the barracks with rockets and rifle grenades.",
    "The senator survived an attempt on his life.",
    "A police patrol was attacked with home-made bombs in Callao.",
    "Two policemen were shot at while on guard duty in Lima.",
    "The peasants were hacked to death with machetes.",
    "A train was derailed by an explosion set off by terrorists.",
    "Soldiers exchanged shots with a group of armed men near the border.",
    "The rebels downed a military helicopter with a missile.",
    "A land mine exploded under a truck carrying conscripts.",
    "Three trucks loaded with coffee were set ablaze by guerrillas.",
    "The consulate was hit by a rocket-propelled grenade.",
    "An engineer was taken captive by the rebels on Wednesday.",
    "The rancher was seized by six armed men at his farm.",
    "The guerrillas are holding three oil workers.",
    "A businessman is being held by kidnappers who demand a ransom.",
    "Armed men broke into the radio station and forced the staff to read a statement.",
    "The army bombed and strafed neighborhoods held by the rebels.",
    "Fighting continued in the northern districts of the capital on Sunday.",
    "The union leader disappeared after being detained by men in civilian clothes.",
    "A firebomb was thrown at the home of the mayor.",
    "Mortar shells fell on the airport during the night.",
    "Ten bombs were set off in different parts of the city.",
    "The newspaper's offices were sprayed with gunfire.",
    "The power station was sabotaged on Thursday night.",
    "Three charges of dynamite were placed at the base of the tower, toppling it.",
    "Police defused a bomb that had been planted in front of the ministry.",
    "Suspected separatists burned three schools in Yala.",
    "Drones struck an oil depot in Belgorod early on Thursday.",
    "Russian forces pounded Kherson overnight.",
    "Militants stormed a hotel in Mogadishu on Friday evening.",
    "Settlers torched cars and homes in the village of Huwara.",
    "Jets carried out raids on rebel positions near Taiz.",
    "Armed bandits sacked four villages in Katsina.",
    "A Palestinian was shot by Israeli troops at a checkpoint near Hebron.",
    "A knife-wielding man attacked passers-by in central Hamburg.",
    "Gunfire erupted near the presidential palace in Ouagadougou.",
    "A convoy of aid trucks came under fire in Tigray.",
    "Pirates boarded a tanker off Somalia and took the crew captive.",
    "A Houthi missile hit a bulk carrier in the Gulf of Aden.",
    "Attackers on horseback overran a displaced persons camp in Darfur.",
    "Unknown assailants opened fire at a wedding in Diyarbakir.",
    "The rebels fired on a bus carrying civilians.",
    "A blast rocked the Shiite mosque during Friday prayers.",
    "A car packed with explosives exploded outside a police station.",
    "Army helicopters rocketed villages in Sagaing.",
    "Mai-Mai fighters looted the health centre and carried off twelve people.",
    "Fresh clashes broke out between rival militias in Tripoli.",
    "The governor was assassinated by his own bodyguard.",
    "A sniper wounded a Ukrainian medic in Bakhmut.",
    "An IED targeted the convoy of the deputy minister.",
    "An explosion ripped through a crowded market in Kaduna.",
    "The gang abducted 17 missionaries outside Port-au-Prince.",
    "Gunmen snatched dozens of pupils from a school in Kuriga.",
    "The bus was hijacked by four men armed with pistols.",
    "A Dutch aid worker was freed after three months in captivity.",
    "The ambassador was gunned down at an art gallery.",
    "Security forces fired on protesters in Khartoum.",
    "A mob lynched two men accused of theft of cattle in Jonglei.",
    "The village chief was beheaded by insurgents in Cabo Delgado.",
    "The base was shelled from across the border.",
    "Rockets were fired at Erbil airport.",
    "Islamic State fighters raided a prison in Hasakah.",
    "Two grenades exploded at a rally for the new prime minister.",
    "Rebels killed and mutilated villagers at Makobola.",
    "Troops razed houses in the village after the raid.",
    "An off-duty soldier was lynched by demonstrators.",
    "An army officer was executed by the group in Kidal.",
    "The Colombian Government today strongly condemned the murder of the senator, committed last night in Medellin.",
    "The ELN has claimed responsibility for the dynamite attack against the pipeline on Sunday.",
    "Police are investigating the assassination on Tuesday of a leftist councilman in Apartado.",
    "The bishop deplored the killing of six farmers at El Tigre on Saturday.",
    "The bodies of three kidnapped students turned up in a ravine on Thursday.",
    "The whereabouts of the engineer, kidnapped on 4 March by the FPL, remain unknown.",
    "The extraditables said they murdered the judge because he had signed the warrants.",
    "The wave of terrorism continued today with the explosion of three bombs in Bogota.",
    "Terrorists today killed the mayor of a town in Junin Department.",
    "A Spanish priest was murdered in northern Santander this morning.",
    "Seven people, including two children, died when guerrillas attacked a bus.",
    "The attack, in which five soldiers lost their lives, took place at dawn.",
    "A judge and his bodyguards escaped an ambush on the road to the airport.",
    "The FMLN launched an offensive on San Salvador last night.",
    "Unidentified persons fired at the residence of the French ambassador.",
    "A group of heavily armed men kidnapped the son of a well-known businessman in Guatemala City.",
    "The Shining Path executed 12 peasants after a so-called people's trial.",
    "The guerrilla column attacked the police station for four hours.",
    "An army captain was killed during an ambush laid by the Shining Path.",
    "The subversives used dynamite to destroy a substation.",
    "The 34-year-old lawyer was shot three times as he was leaving his office.",
    "Two U.S. citizens were slightly injured when a bomb exploded at a Mormon chapel.",
    "Antonio Ruiz, a peasant leader, was shot to death by hired killers.",
    "The kidnappers released the industrialist after his family paid a ransom.",
    "An attempt was made on the life of the vice minister of defense.",
    "A Cessna aircraft was hijacked by three men as it was about to land in Cali.",
    "Leftist rebels have blocked roads and burned eight trucks in Usulutan.",
    "The vehicle in which the officials were traveling was ambushed near Ocana.",
    "A car loaded with 100 kg of dynamite blew up in front of the DAS building.",
    "The terrorists left a bomb in the women's bathroom which exploded at noon.",
    "Several shots were fired at the headquarters of the Patriotic Union.",
    "Armed Forces spokesmen reported the death of 15 rebels in clashes in Morazan.",
    "Salvadoran rebels shot down an A-37 jet plane.",
    "The former minister, 62, was machinegunned while jogging.",
    "The National Police reported that nine bombs exploded in Medellin banks.",
    "Guerrillas killed a captain and wounded two soldiers in Huallaga.",
    "The peasants were taken from their homes at night and their throats were slit.",
    "The radio journalist was killed by unknown assailants on a motorcycle.",
    "Jorge Enrique Pulido died today from wounds suffered in an attack on 29 October.",
    "The rebels took 12 foreign tourists captive in the hotel.",
    "Urban commandos attacked the residence of the president of the assembly.",
    "A taxi driver died and a passer-by was injured in the explosion of a car bomb.",
    "The consular official has been missing since he was abducted on Monday.",
    "The army said 20 terrorists were killed in Ayacucho.",
    "Rebels held ten tourists in a hotel.",
    "Three Germans are in the hands of the ELN.",
    "Armed men in civilian clothes forced the lawyer into a van.",
    "Guerrillas intercepted a bus and took three policemen with them.",
    "The consul was taken from his car by four men.",
]

#: Words of war that tell of none.
QUIET = [
    "The singer rocked the stadium and the show went off without a hitch.",
    "Oil prices rocketed and shares of the shipping line were hammered.",
    "The coach was sacked after his side were shot down in the final.",
    "Students stormed into the dean's office laughing and broke into song.",
    "The board discussed a cut but downed tools before the vote.",
    "She was held captive by the book and burned the midnight oil.",
    "The committee is holding talks on school buses and town halls.",
    "Farmers burned their fields after the harvest, as they do every autumn.",
    "A volcanic explosion ripped through the crater but damaged nothing.",
    "Passengers boarded the flight to Lima after a delay.",
]


def article(text: str) -> Article:
    return Article(id="a", title="", body=text, published=datetime(2021, 6, 5, 8, tzinfo=UTC), source="Test")


@pytest.mark.parametrize("text", TOLD)
def test_plain_news_of_violence_counts(text: str) -> None:
    told = [(s.type, s.scope, s.realis) for s in classify(article(text)).signals]
    assert any(
        type_.partition(".")[0] in ("attack", "hostage", "casualty", "unrest")
        and scope in ("incident", "update")
        and realis in ("actual", "ongoing")
        for type_, scope, realis in told
    ), told


@pytest.mark.parametrize("text", QUIET)
def test_borrowed_words_of_war_count_nothing(text: str) -> None:
    counted = [
        s.type
        for s in classify(article(text)).signals
        if s.scope in ("incident", "update") and s.realis in ("actual", "ongoing") and s.polarity == "escalation"
    ]
    assert counted == []


#: Deaths that nobody caused, and war as a memory: a newsroom would not want to be woken.
OF_ITSELF = [
    "A tanker carrying fuel overturned and exploded, killing 48.",
    "A petrol tanker exploded in Bauchi, killing 94 people who had rushed to collect fuel.",
    "A passenger jet crashed and exploded, killing all 120 aboard.",
    "A gas leak caused an explosion that killed five in Moscow.",
    "An explosion at a steel mill killed two workers.",
    "A blast at an ammunition depot in Chad killed nine.",
    "A mine explosion killed 21 miners in Shanxi.",
    "A policeman was killed by a drunk driver.",
    "Police shot a bear that attacked two hikers.",
    "Former guerrilla commander Luis Ocampo, who led the 1979 assault on the palace, died on Monday of lung cancer.",
    "Veteran war correspondent James Harding, who covered the bombing of Baghdad, died at 71 after a short illness.",
    "A fighter jet crashed into a house near the air base, killing the pilot and a woman on the ground.",
    "Five soldiers were killed when their truck overturned on an icy road near the border, the ministry said.",
    "The president laid a wreath at the grave of soldiers killed in the battle of the Somme.",
    "India and Pakistan agreed to run buses between the halves of Kashmir, where a revolt has killed 45,000 people.",
    "Police are hunting a gunman who shot dead a shop assistant during a robbery in Bristol.",
    "A jeweller was stabbed to death by her estranged husband in Leeds on Monday.",
    "Iran said it shot down nothing and that the airliner fell because of an engine fault, killing 176.",
]


@pytest.mark.parametrize("text", OF_ITSELF)
def test_deaths_without_political_violence_count_nothing(text: str) -> None:
    test_borrowed_words_of_war_count_nothing(text)


#: Whom a wire counts: lists behind an office, pronouns, headlines without articles, the dying of the wounded.
KILLED = [
    ("", "Guerrillas killed the mayor of Tocache and his wife on Sunday.", 2),
    ("", "Gunmen burst into the home of union leader Hector Gomez, killing him and his two sons.", 3),
    ("", "A woman and her baby burned to death when guerrillas set fire to a bus in Usulutan on Friday.", 2),
    ("", "A French tourist and her guide were killed by gunmen in Bamiyan on Friday.", 2),
    ("", "Bandits killed a traditional ruler and 13 members of his community in Zamfara on Monday.", 14),
    ("", "Armed men killed six, including the village head, in Benue on Sunday.", 6),
    ("", "A total of nine people were killed in Friday's attack on the barracks.", 9),
    ("", "Israeli fire killed 14 in Gaza on Monday, medics said.", 14),
    ("UN peacekeeper killed, 5 wounded in Central African Republic ambush", "", 1),
    ("Gunmen kill Kenyan chief and son", "", 2),
    ("Drone strike kills aid worker in Gaza", "", 1),
    ("", "Three officers and seven soldiers of the army, and 15 rebels of the front, died in combat on Monday.", 25),
    ("", "Between 20 and 30 people were killed when rebels shelled the town, according to witnesses.", 20),
    ("", "Militants killed five soldiers and lost seven of their own fighters in the assault.", 12),
    ("", "Twin blasts killed 7 in the market and 4 at the bus station.", 11),
    ("", "Two brothers, aged 9 and 11, were killed by a landmine in Helmand.", 2),
    ("", "Fresh ethnic violence killed two in the hills on Monday.", 2),
    ("", "Sectarian violence claimed 14 lives in Parachinar on Friday.", 14),
    ("", "Police fired tear gas at protesters in Nairobi, killing five.", 5),
    ("", "Cross-border fire killed seven civilians in Poonch on Sunday.", 7),
    ("", "A Catholic nun and her driver were abducted and later killed.", 2),
    ("", "Police put the figure at 13 after gunmen opened fire in the market, killing shoppers.", 13),
    ("", "Six soldiers were wounded in the ambush and one of them later died.", 1),
    ("", "Six soldiers were wounded in an ambush and later died.", 6),
    ("", "Four of the 12 pilgrims seized by gunmen have been killed.", 4),
    ("", "Militants killed 1 200 people in an attack on the town on Thursday.", 1200),
    ("", "Rebels inflicted 15 casualties on the army, including 5 dead, in an attack on Thursday.", 5),
    ("", "Guerrillas kidnapped six policemen and then killed them.", 6),
    ("", "They kidnapped a rancher on Tuesday and his body was found on Thursday.", 1),
    ("", "The blast claimed the life of a child.", 1),
    ("", "Two policemen died when a bomb went off at their station.", 2),
    ("", "Gunmen killed a sexton in the town on Thursday.", 1),
    ("", "The murder of a philatelist by rebels on Thursday shocked the country.", 1),
    ("", "A French nun, Sister Marie Duval, was killed in the shelling.", 1),
    ("", "The rebels killed the chief of police, a sergeant and a private.", 3),
    ("", "A truck driver and his helper were killed by guerrillas.", 2),
    ("", "A soldier who was wounded in the ambush on Thursday has died.", 1),
    ("", "The strike was in protest against the murder on Wednesday of four union leaders.", 4),
    ("", "Guerrillas annihilated 10 soldiers in an ambush.", 10),
    ("Troops kill seven youths", "Troops shot dead seven youths in two separate incidents in the Gaza Strip.", 7),
    (
        "Bombs kill 41",
        "Insurgents detonated three car bombs near a convoy in Baghdad yesterday, killing 41 people.",
        41,
    ),
    ("", "Insurgents have killed eight of 12 Nepalese workers whom they kidnapped in August.", 8),
    ("", "A bomb killed ten people in Kabul on Monday. The ministry earlier put the toll at eight.", 10),
]


@pytest.mark.parametrize(("title", "body", "killed"), KILLED)
def test_figures_of_plain_news(title: str, body: str, killed: int) -> None:
    report = classify(
        Article(id="a", title=title, body=body, published=datetime(2021, 6, 5, 8, tzinfo=UTC), source="T")
    )
    figures = [c for e in report.events for c in e.counts if c.measure == "killed" and c.relation == "total"]
    assert sum(c.low or 0 for c in figures) == killed


@pytest.mark.parametrize(
    "text",
    [
        "Rebels killed 310 soldiers throughout the ten years of fighting, their radio said.",
        "The army said it inflicted 140 dead on the guerrillas during October.",
        "In the last 24 days 91 people have been killed in attacks in the province.",
    ],
)
def test_sums_over_a_time_are_no_incident(text: str) -> None:
    counted = [s for s in classify(article(text)).signals if s.scope in ("incident", "update") and s.counts]
    assert counted == []


@pytest.mark.parametrize(
    ("text", "type_", "outcome"),
    [
        ("Britain and the US conducted strikes against Houthi targets in Yemen.", "attack.generic", "done"),
        ("Insurgents launched strikes at dawn on army outposts near Baquba.", "attack.generic", "done"),
        ("Gunmen kill three police, wound five in southwest Pakistan.", "attack.generic", "done"),
        ("Saudi forces intercepted a ballistic missile over Riyadh.", "attack.missile_rocket", "intercepted"),
        ("Ukraine said it had shot down 36 of 40 drones launched by Russia overnight.", "attack.drone", "intercepted"),
        ("Syrian rebels seized Aleppo in a lightning offensive.", "territory.captured", "done"),
        ("Government forces retook Palmyra.", "territory.recaptured", "done"),
        ("Palmyra was retaken by government forces.", "territory.recaptured", "done"),
    ],
)
def test_the_words_of_present_wars(text: str, type_: str, outcome: str) -> None:
    told = {(s.type, s.outcome) for s in classify(article(text)).signals if s.scope == "incident"}
    assert (type_, outcome) in told


@pytest.mark.parametrize(
    "text",
    [
        "The union launched strikes against the pension reform.",
        "Troops took Saddam to a base.",
        "Police seized London properties worth millions.",
        "The rebels took Monday off.",
    ],
)
def test_takings_and_strikes_of_peace(text: str) -> None:
    told = [s.type for s in classify(article(text)).signals if s.type.startswith(("attack", "territory"))]
    assert told == []


def test_a_gunman_who_is_shot_is_no_victim() -> None:
    report = classify(article("The gunman killed three people before he was shot dead by police."))
    sides = {c.side: c.low for s in report.signals for c in s.counts if c.measure == "killed"}
    assert sides == {"victim": 3, "perpetrator": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "The deadliest to date was an assault late Tuesday that left 14 gendarmes dead south of Diffa.",
            ("attack.generic", "actual", "incident"),
        ),
        (
            "The war since early 2022 has killed more than 48,000 people, caused famine and emptied the towns.",
            ("casualty.cumulative_total", "actual", "cumulative"),
        ),
        (
            "Since the truce took effect on 2 February, 31 violations have been recorded, killing six civilians.",
            ("ceasefire.violation", "actual", "cumulative"),
        ),
        (
            "Attacks have surged since early May as fighters lay mines, shoot at convoys and lob mortar bombs.",
            ("attack.ied", "actual", "trend"),
        ),
        (
            "Militants are using the quarantine and a cabinet crisis to step up lethal raids.",
            ("trend.attacks_up", "actual", "trend"),
        ),
        (
            "The army's offensive in the enclave since late 2022 has killed more than 48,000 people.",
            ("casualty.cumulative_total", "actual", "cumulative"),
        ),
        (
            "A delegation reached the capital on Monday to discuss merging its fighters into the army.",
            ("ddr.integration_talks", "actual", "reference"),
        ),
        ("The group had trebled its attacks in June, the army said.", ("trend.attacks_up", "actual", "trend")),
        (
            "Officials said they did not see a significant rise in attacks.",
            ("trend.escalation_denied", "denied", "trend"),
        ),
        ("Rebels killed four soldiers near Kidal on 3 May.", ("attack.generic", "actual", "incident")),
    ],
)
def test_when_and_how_far_it_holds(text: str, told: tuple[str, str, str]) -> None:
    assert told in {(s.type, s.realis, s.scope) for s in classify(article(text)).signals}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("The government and southern rebels agreed on Sunday to stop fighting for three months.", "ceasefire"),
        ("Burundi's army said it would observe a halt to hostilities from Friday.", "ceasefire"),
        ("Serb forces cut off water and power to the city.", "siege"),
        ("Turkish troops blocked the border crossing to northern Iraq.", "siege"),
        ("Syria's president warned that Israel would pay dearly for its raids.", "threat"),
        ("The president threatened to dissolve parliament and rule by decree.", "threat"),
        ("Washington threatened Belgrade with sanctions.", "threat"),
        ("Striking miners threatened to march on the capital.", "threat"),
        ("Ghana agreed to contribute troops to a West African force in Liberia.", "peacekeeping"),
        ("India moved an armoured division to the border with Pakistan.", "force"),
        ("Rebels agreed to release the captured soldiers.", "hostage"),
    ],
)
def test_plain_news_of_other_families_is_found(text: str, family: str) -> None:
    assert family in {s.type.partition(".")[0] for s in classify(article(text)).signals}


def test_strikes_that_are_made_deadlier_are_none_of_a_day() -> None:
    report = classify(article("Cells of the group are using the shutdown to intensify deadly strikes, analysts say."))
    assert [s.type for s in report.signals] == ["trend.attacks_up"]


def test_a_curfew_against_an_illness_is_no_repression() -> None:
    report = classify(article("Authorities imposed a curfew to slow the spread of the virus."))
    assert (report.signals, [e.reason for e in report.excluded]) == ((), ["disease"])
