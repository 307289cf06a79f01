"""The run that the crash points are points of: one client, one request at a time, every kind of
write, small segments so that it rotates, and notes of what was acknowledged and what was refused.
"""

import json

from engine_under_test import id_bytes

# A segment is sealed while the largest entry still fits, so one of 4 MiB takes some 2 MiB.
SERVE_OPTIONS = ("--segment-size", 4 << 20)
# Transfers of each request in turn: small ones, each an entry of a page or two, and large ones,
# which bring the next rotation near.
REQUEST_SIZES = (1, 8_000, 50, 8_000, 1, 8_000)
ACCOUNT_COUNT = 4
REFUSED_ID_START = 1 << 100


class ScriptedRun:
    """Its files stand in `place`. Says after each step what the engine answered."""

    def __init__(self, place, rounds):
        self.place = place
        self.acknowledged = place / "acknowledged"
        self.refused = place / "refused"
        self.acknowledged.touch()
        self.refused.touch()
        self._accounts = self._write("accounts.jsonl", [
            {"id": str(k + 1), "ledger": "978", "code": "10"} for k in range(ACCOUNT_COUNT)])
        self._transfers, next_id = [], 1
        for size in REQUEST_SIZES * rounds:
            self._transfers.append(self._write(f"transfers-{next_id}.jsonl", [
                self._transfer(k, k % ACCOUNT_COUNT + 1, (k + 1) % ACCOUNT_COUNT + 1)
                for k in range(next_id, next_id + size)]))
            next_id += size
        self._bad = self._write("refused.jsonl", [
            self._transfer(REFUSED_ID_START + k, 1_000, 1_001) for k in range(20)])

    @staticmethod
    def _transfer(number, debit, credit):
        return {"id": str(number), "debit_account_id": str(debit),
                "credit_account_id": str(credit), "amount_minor": str(number), "ledger": "978",
                "code": "1"}

    def _write(self, name, events):
        path = self.place / name
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return path

    def play(self, engine):
        """Plays the run until it ends or the engine does. True when it was played to its end."""
        steps = [("ledger", "put", "978", "--name", "EUR", "--scale", "2", "--kind", "currency"),
                 ("account", "create", "--file", self._accounts)]
        for number, file in enumerate(self._transfers):
            steps.append(("transfer", "create", "--file", file))
            if number == len(self._transfers) // 2:
                steps.append(("transfer", "create", "--file", self._bad))
        for step in steps:
            code, output = engine.run_client(*step, "--json")
            if step[:2] == ("transfer", "create"):
                self._note(output)
            if code is None or (code != 0 and step[-1] != self._bad):
                return False
        return True

    def _note(self, output):
        created, refused = [], []
        for line in output.splitlines():
            try:
                answer = json.loads(line)
            except ValueError:
                continue  # The client was stopped while it wrote.
            good = answer["status"] in ("created", "exists")
            (created if good else refused).append(id_bytes(int(answer["id"], 0)))
        for path, records in ((self.acknowledged, created), (self.refused, refused)):
            with open(path, "ab") as file:
                file.write(b"".join(records))
