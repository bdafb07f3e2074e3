"""A mail server on 127.0.0.1 that answers each command as it was told, and keeps the mails that it took."""

from __future__ import annotations

import socketserver
import threading

#: What a server that is well says. "." is the end of a mail's text; None breaks the connection.
WELL: dict[str, str | None] = {
    "hello": "220 ready",
    "EHLO": "250-here\r\n250 AUTH PLAIN LOGIN",
    "AUTH": "235 welcome",
    "MAIL": "250 fine",
    "RCPT": "250 fine",
    "DATA": "354 go on",
    ".": "250 taken",
    "QUIT": "221 bye",
}


class MailServer:
    """``answers`` replaces what ``WELL`` says; a key may be a command with the start of its argument."""

    def __init__(self, **answers: str | None) -> None:
        self.answers = {**WELL, **{key.replace("_", " "): value for key, value in answers.items()}}
        self.mails: list[tuple[tuple[str, ...], str]] = []
        """(recipients, text)."""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                recipients: list[str] = []
                if not self.say(outer.answers["hello"]):
                    return
                while line := self.rfile.readline().decode().strip():
                    verb = line[:4].upper()
                    answer = outer.to(line)
                    if not self.say(answer) or verb == "QUIT":
                        return
                    assert answer is not None
                    if verb == "RCPT" and answer.startswith("250"):
                        recipients.append(line.partition("<")[2].partition(">")[0])
                    if verb == "DATA" and answer.startswith("354") and not self.take(recipients):
                        return

            def take(self, recipients: list[str]) -> bool:
                text = ""
                while (line := self.rfile.readline().decode()) != ".\r\n":
                    text += line
                outer.mails.append((tuple(recipients), text))
                return self.say(outer.answers["."])

            def say(self, answer: str | None) -> bool:
                if answer is not None:
                    self.wfile.write(f"{answer}\r\n".encode())
                return answer is not None and not answer.startswith("421")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def to(self, line: str) -> str | None:
        """The answer to a command: the one for its address, else the one for its verb."""
        for key, answer in self.answers.items():
            if " " in key and line.upper().startswith(key[:4]) and key[5:] in line:
                return answer
        return self.answers.get(line[:4].upper(), "250 fine")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
