"""What nansen needs for the same certificates, and the table of all; run.sh calls it.

    ours.py program NANSEN ROWS.csv DOCUMENTS FOLDER    one file and separate files, signed and registered
    ours.py example PRINT_SPEED ROWS.csv DOCUMENTS FOLDER    the example's own text, which times printing alone
    ours.py table LINES    the lines of key=value as a table
"""

import csv
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from certificate import rows

COLUMNS = [("peer", "program"), ("documents", "documents"), ("ms", "ms each"), ("cpu_ms", "CPU ms each"),
           ("rate", "a second"), ("kb", "KB each"), ("peak_mb", "peak MB"), ("separate_ms", "ms, separate file"),
           ("separate_kb", "KB, separate file")]


def timed(command, environment):
    """Seconds, CPU seconds and the peak memory (MB) of a command."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(done.pid, 0)
    if status:
        sys.exit(f"{command[1]} failed with status {os.waitstatus_to_exitcode(status)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, busy, usage.ru_maxrss / 1024


def program(nansen, list_path, count, folder):
    """Issues the rows from a fresh desk each time, so that nobody holds a credential yet."""
    people = rows(Path(list_path), count)
    list_of_all = folder / "rows.csv"
    with open(list_of_all, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, people[0].keys())
        out.writeheader()
        for number, row in enumerate(people):
            out.writerow({**row, "individual_id": f"KEN-{number:08}"})
    got = {}
    for name, output, more in (("one", "all.pdf", []), ("separate", "each", ["--separate"])):
        environment = {**os.environ, "NANSEN_HOME": str(folder / name), "NANSEN_PASSPHRASE": "speed only"}
        timed([nansen, "init", "--name", "Lakeside registration desk", "--country", "KEN"], environment)
        command = [nansen, "issue", "registration", str(list_of_all), "-o", str(folder / output), *more]
        command += ["--symbols", str(folder / "symbols.jsonl")]
        got[name] = timed(command, environment)
    separate = [file.stat().st_size for file in (folder / "each").rglob("*.pdf")]
    seconds, busy, peak = got["one"]
    print(f"peer=nansen,signed documents={count} ms={1000 * seconds / count:.2f} cpu_ms={1000 * busy / count:.2f} "
          f"kb={(folder / 'all.pdf').stat().st_size / 1000 / count:.1f} peak_mb={peak:.0f} "
          f"separate_ms={1000 * got['separate'][0] / count:.2f} separate_kb={sum(separate) / 1000 / len(separate):.1f}")


def example(path, count):
    print("# print_speed says:")
    text = subprocess.run([path, str(count)], check=True, text=True, capture_output=True).stdout
    print("".join(f"#   {line}\n" for line in text.splitlines()), end="")


def table(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file]
    for line in lines:
        if line.startswith("#"):
            print(line[2:])
    measured = [dict(part.split("=", 1) for part in line.split()) for line in lines if not line.startswith("#")]
    for one in measured:
        one["rate"] = f"{1000 / float(one['ms']):.3g}"
    cells = [[title for _, title in COLUMNS]] + [[one[key] for key, _ in COLUMNS] for one in measured]
    widths = [max(len(row[at]) for row in cells) for at in range(len(COLUMNS))]
    for number, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(wide) if at == 0 else cell.rjust(wide)
                                for at, (cell, wide) in enumerate(zip(row, widths))) + " |")
        if number == 0:
            print("|" + "|".join("-" * (wide + 1) + ("-" if at == 0 else ":") for at, wide in enumerate(widths)) + "|")
    print(f"Times are a document's share of a run of so many documents; {os.cpu_count()} cores. What takes fewer documents is "
          "extrapolated per document.")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["program", nansen, list_path, count, folder]:
            program(nansen, list_path, int(count), Path(folder))
        case ["example", path, _, count, _]:
            example(path, count)
        case ["table", path]:
            table(path)
        case _:
            sys.exit(__doc__)
