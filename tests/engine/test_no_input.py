"""What asks somebody, in runs, which have nobody to ask."""

import pytest

NOBODY = "a run has no input (stdin is /dev/null) and cannot be asked"
DEBUGGER = (
    "EOFError: a run has no input (stdin is /dev/null), so a debugger has nobody to ask; call the function itself"
)
CONSOLE = "EOFError: a run has no input (stdin is /dev/null), so a console has nobody to ask; call the function itself"

QUESTIONS = {
    "input('Name? ')": f"EOFError: {NOBODY} 'Name?'; pass it as a flag",
    "input()": f"EOFError: {NOBODY}; pass it as a flag",
    "import getpass; getpass.getpass('Token: ')": f"EOFError: {NOBODY} 'Token:'; read the secret from an environment",
    "from getpass import getpass; getpass()": f"EOFError: {NOBODY} 'Password:'; read the secret",
    "import getpass; getpass.unix_getpass(stream=None)": f"EOFError: {NOBODY} 'Password:'; read the secret",
    "breakpoint()": DEBUGGER,
    "import pdb; pdb.set_trace()": DEBUGGER,
    "import pdb; pdb.set_trace(header='here')": DEBUGGER,
    "from pdb import set_trace; set_trace()": DEBUGGER,
    "import pdb; pdb.Pdb().set_trace()": DEBUGGER,
    "import pdb; pdb.run('1 + 1')": DEBUGGER,
    "import pdb; pdb.runcall(print)": DEBUGGER,
    "from IPython.core.debugger import set_trace; set_trace()": DEBUGGER,
    "import code; code.interact()": CONSOLE,
    "import code; code.InteractiveConsole({}).interact(banner='')": CONSOLE,
    "from IPython import embed; embed()": CONSOLE,
    "import click; click.prompt('Name')": f"ClickException: {NOBODY} 'Name:'; pass it as a flag",
    "import click; click.prompt('Key', hide_input=True)": f"ClickException: {NOBODY} 'Key:'; read the secret",
    "import click; click.confirm('Sure?')": f"ClickException: {NOBODY} 'Sure? [y/N]:'; pass it as a flag",
    "from rich.prompt import Prompt; Prompt.ask('Name')": f"EOFError: {NOBODY}; pass it as a flag",
    "from rich.prompt import Prompt; Prompt.ask('Key', password=True)": f"EOFError: {NOBODY}; read the secret",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_fails_with_one_line_that_says_what_to_do(notebook, question):
    notebook.cell(f"def ask():\n    {question}")
    output = notebook.fail("ask").run.output
    assert QUESTIONS[question] in output.splitlines()[-1]
    assert f"\n    {question}\n" in output or f"\n    {question.rpartition('; ')[2]}\n" in output


def test_a_debugger_for_an_error_that_was_caught_fails_so(notebook):
    notebook.cell(
        "def look():\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        import pdb; pdb.post_mortem()"
    )
    assert DEBUGGER in notebook.fail("look").run.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import pdb\npdb.set_trace()\n", DEBUGGER),
        ("breakpoint()\n", DEBUGGER),
        ("import getpass\ngetpass.getpass()\n", f"EOFError: {NOBODY} 'Password:'; read the secret"),
        (
            "import click\n@click.command()\ndef main():\n    click.confirm('Sure', abort=True)\nmain()\n",
            f"Error: {NOBODY} 'Sure [y/N]:'; pass it as a flag",
        ),
        ("from rich.prompt import IntPrompt\nIntPrompt.ask('n')\n", f"EOFError: {NOBODY}; pass it as a flag"),
    ],
)
@pytest.mark.parametrize("isolation", ["fork", "fresh"])
def test_a_script_fails_with_that_line(notebook, text, line, isolation):
    with open("ask.py", "w") as file:
        file.write(text)
    notebook.isolation = isolation
    assert notebook.fail("ask.py").run.output.splitlines()[-1].startswith(line)


def test_modules_that_ask_are_themselves_in_all_other_ways(notebook):
    notebook.cell("""
        def look():
            import getpass, inspect, pdb
            lines = inspect.getsource(pdb.Pdb.do_list)
            return getpass.getuser() != "", "def do_list" in lines, pdb.__spec__.loader.get_source("pdb")[:1]
    """)
    assert notebook.run("look").result == (True, True, "#")


@pytest.mark.parametrize("code", ["os.environ['PYTHONBREAKPOINT'] = '0'", "sys.breakpointhook = lambda: None"])
def test_a_breakpoint_that_the_user_has_turned_off_is_none(notebook, code):
    notebook.cell(f"def work():\n    import os, sys\n    {code}\n    breakpoint()\n    return 3")
    assert notebook.run("work").result == 3


def test_a_debugger_with_streams_of_its_own_can_be_asked(notebook):
    notebook.cell("""
        def work():
            import io, pdb
            said = io.StringIO()
            debugger = pdb.Pdb(stdin=io.StringIO("p x\\ncontinue\\n"), stdout=said, nosigint=True)
            x = 42
            debugger.set_trace()
            return "42" in said.getvalue()
    """)
    assert notebook.run("work").result is True


def test_a_console_that_reads_elsewhere_can_be_asked(notebook):
    notebook.cell(
        "import code\nclass Scripted(code.InteractiveConsole):\n    lines = iter(['print(1 + 1)'])\n"
        "    def raw_input(self, prompt=''):\n        for line in self.lines: return line\n        raise EOFError\n"
        "def ask(): Scripted().interact(banner='', exitmsg='over')"
    )
    assert notebook.run("ask").output.split() == ["2", "over"]


def test_standard_input_is_empty(notebook):
    notebook.cell("def work():\n    import sys\n    return sys.stdin.read(), sys.stdin.readline(), list(sys.stdin)")
    assert notebook.run("work").result == ("", "", [])


def test_what_the_kernel_puts_in_the_place_of_input_and_getpass_travels(notebook):
    notebook.cell("""
        import threading
        class Kernel:
            def __init__(self): self.lock = threading.Lock()
            def raw_input(self, prompt=""): return "asked"
            def getpass(self, prompt=""): return "asked"

        kernel = get_ipython().kernel = Kernel()
        ask, secret = kernel.raw_input, kernel.getpass

        def work(which="ask"):
            return (ask if which == "ask" else secret)("Name")
    """)
    assert f"{NOBODY} 'Name'; pass it" in notebook.fail("work").run.output
    assert f"{NOBODY} 'Name'; read the secret" in notebook.fail("work", which="secret").run.output
