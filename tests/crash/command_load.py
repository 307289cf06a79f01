"""Commands that are sent until they are answered, over any number of kills of the engine.

Shared by the scripts that kill an engine amid what takes several commands.
"""

import json
import queue
import subprocess
import threading

from engine_under_test import PATIENCE_S, Wrong


class Command:
    """One command line, the same whenever it is sent, and what was answered to it."""

    def __init__(self, group, kind, arguments, first, again, branch=0):
        self.group, self.kind, self.arguments, self.branch = group, kind, arguments, branch
        self.first, self.again = first, again  # The answer to the first one, and to a repeat.
        self.sent = 0
        self.answer = None

    def __str__(self):
        return " ".join(map(str, (self.group, self.kind, *self.arguments)))

    def take(self, answer):
        """Notes the answer, which must be one of those that there can be."""
        allowed = set(self.first) | (set(self.again) if self.sent > 1 else set())
        if answer not in allowed:
            raise Wrong(f"{self}, sent {self.sent} times: answered {answer}, not one of "
                        f"{sorted(allowed)}")
        self.answer = answer


class Load:
    """Workers that lead plans to their ends, until the engine is gone. A plan has step(), the
    commands that are to be sent at once now, or None, and position, which of its steps that is."""

    def __init__(self, engine, fresh):
        self.engine = engine
        self.fresh = fresh  # Makes a new plan.
        self.answers = 0
        self.wrong = None
        self._over = False
        self._clients = set()
        self._changed = threading.Condition()

    def send(self, command):
        """True when it was answered."""
        with self._changed:
            if self._over:
                return False
            command.sent += 1
            client = self.engine.daybook.popen(
                command.group, command.kind, *command.arguments, "--json", "--connect",
                self.engine.address, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self._clients.add(client)
        output, errors = client.communicate(timeout=PATIENCE_S)
        with self._changed:
            self._clients.discard(client)
            try:
                line = json.loads(output)
            except ValueError:
                if not self._over:
                    raise Wrong(f"{command}: no answer from a running engine: "
                                f"{errors.decode()[-500:]}") from None
                return False
            command.take(line["status"])
            self.answers += 1
            self._changed.notify_all()
        return True

    def _send_all(self, commands):
        """Sends them at the same moment, where there are several."""
        threads = [threading.Thread(target=self._guarded, args=(self.send, command))
                   for command in commands]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return all(command.answer for command in commands)

    def _guarded(self, work, *arguments):
        try:
            return work(*arguments)
        except (Wrong, subprocess.TimeoutExpired) as wrong:
            with self._changed:
                self.wrong = self.wrong or wrong
                self._over = True
                self._changed.notify_all()
            return False

    def _lead(self, plans):
        while True:
            try:
                plan = plans.get_nowait()
            except queue.Empty:
                plan = self.fresh() if self.fresh else None
            if plan is None:
                return
            while (step := plan.step()) is not None:
                missing = [command for command in step if command.answer is None]
                if not (self._send_all(missing) if len(missing) > 1 else self.send(missing[0])):
                    return
                plan.position += 1

    def start(self, plans, workers):
        waiting = queue.Queue()
        for plan in plans:
            waiting.put(plan)
        self._threads = [threading.Thread(target=self._guarded, args=(self._lead, waiting))
                         for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, answers):
        with self._changed:
            enough = self._changed.wait_for(lambda: self.wrong or self.answers >= answers,
                                            PATIENCE_S)
            if self.wrong:
                raise self.wrong
            if not enough:
                raise Wrong(f"only {self.answers} answers in {PATIENCE_S} s")

    def kill(self):
        with self._changed:
            self._over = True
            # Nobody starts or reads an answer between the two: what was read, came before.
            self.engine.process.kill()
        self.engine.wait()
        with self._changed:
            for client in self._clients:  # They would try to connect again.
                client.kill()
        self.join()

    def join(self):
        for thread in self._threads:
            thread.join()
        if self.wrong:
            raise self.wrong


def settle_unanswered(engine, plans):
    """Sends again what was never answered. How many commands that were."""
    load = Load(engine, None)
    count = 0
    for each in plans:
        step = each.step()
        if step is None:
            continue
        missing = [command for command in step if command.sent and not command.answer]
        for command in missing:
            load.send(command)
        count += len(missing)
        if all(command.answer for command in step):
            each.position += 1
    return count
