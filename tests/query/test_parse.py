"""What the select language accepts, and how it refuses what it does not."""

from __future__ import annotations

import pytest

from guild_ipy.errors import SelectError
from guild_ipy.query.expression import Select
from guild_ipy.query.names import Names
from guild_ipy.query.nodes import Kind, Name
from guild_ipy.query.parse import parse_name, parse_select
from guild_ipy.query.plan import PlanScope
from tests.query.canonical import canonical

NAMES = Names(
    attributes=frozenset(["note"]),
    flags=frozenset(["lr", "my flag", "loss"]),
    scalars=frozenset(["loss", "val#acc", "train#acc", "test#f1"]),
)

NO_TIME = "is no time; write for example 2026-11-20, yesterday, '2 hours ago' or 'last week'"

ACCEPTED = [
    ("lr=0.1", "(lr = 0.1)"),
    ("lr = 0.1", "(lr = 0.1)"),
    ("lr == 1", "(lr = 1)"),
    ("lr != 1", "not (lr = 1)"),
    ("lr <> 1", "not (lr = 1)"),
    ("lr<1", "(lr < 1)"),
    ("lr <= 1", "(lr <= 1)"),
    ("lr > -1", "(lr > -1)"),
    ("lr >= +.5", "(lr >= 0.5)"),
    ("lr = 1e-3", "(lr = 0.001)"),
    ("lr = 1.", "(lr = 1.0)"),
    ("lr = 010", "(lr = 10)"),
    ("lr = 12345678901234567890", "(lr = 1.2345678901234567e+19)"),
    ("lr = nan", "(lr = nan)"),
    ("lr = -inf", "(lr = -inf)"),
    ("lr = yes", "(lr = True)"),
    ("lr = off", "(lr = False)"),
    ("lr = True", "(lr = True)"),
    ("lr = null", "(lr = None)"),
    ("lr = undefined", "(lr = None)"),
    ("lr = text", "(lr = 'text')"),
    ('lr = "a b"', "(lr = 'a b')"),
    ("lr = 'a b'", "(lr = 'a b')"),
    ("lr = 'it\\'s'", '(lr = "it\'s")'),
    ('lr = "a\\tb\\u00e9"', "(lr = 'a\\tbé')"),
    ("lr = 'a\\tb'", "(lr = 'a\\\\tb')"),
    ("lr = 1-2", "(lr = '1-2')"),
    ("lr = a/b.py", "(lr = 'a/b.py')"),
    ("op = train()", "(op = 'train()')"),
    ("lr = 0x1f", "(lr = '0x1f')"),
    ("lr = []", "(lr = [])"),
    ("lr = [1, a, 'b c']", "(lr = [1, 'a', 'b c'])"),
    ("lr = [[1, 2], 3]", "(lr = [[1, 2], 3])"),
    ("lr is 1", "(lr = 1)"),
    ("lr is not 1", "not (lr = 1)"),
    ("lr is undefined", "(lr = None)"),
    ("lr is not undefined", "not (lr = None)"),
    ("LR IS NOT UNDEFINED", "not (LR = None)"),
    ("lr in [1]", "(lr in [1])"),
    ("lr in [1, 2, undefined]", "(lr in [1, 2, None])"),
    ("lr in (a, b)", "(lr in ['a', 'b'])"),
    ("lr not in [1, 2]", "not (lr in [1, 2])"),
    ("label contains best", "(label contains 'best')"),
    ("label not contains 'a b'", "not (label contains 'a b')"),
    ("label matches '^a.*b$'", "(label matches '^a.*b$')"),
    ("label not matches x", "not (label matches 'x')"),
    ("loss between 0.1 and 0.5", "(loss between 0.1 and 0.5)"),
    ("loss not between 0.1 and 0.5", "not (loss between 0.1 and 0.5)"),
    ("loss between 1 and 2 and lr = 1", "((loss between 1 and 2) and (lr = 1))"),
    ("completed", "(status = 'completed')"),
    ("COMPLETED", "(status = 'completed')"),
    ("failed", "(status = 'failed')"),
    ("errored", "(status = 'errored')"),
    ("marked", "(marked = True)"),
    ("unmarked", "not (marked = True)"),
    ("labeled", "not (label = None)"),
    ("unlabeled", "(label = None)"),
    ("true", "true"),
    ("false", "false"),
    ("not completed", "not (status = 'completed')"),
    ("not not completed", "not not (status = 'completed')"),
    ("not lr = 1 and marked", "(not (lr = 1) and (marked = True))"),
    ("not (lr = 1 and marked)", "not ((lr = 1) and (marked = True))"),
    ("a = 1 and b = 2 or c = 3", "(((a = 1) and (b = 2)) or (c = 3))"),
    ("a = 1 or b = 2 and c = 3", "((a = 1) or ((b = 2) and (c = 3)))"),
    ("a = 1 and (b = 2 or c = 3)", "((a = 1) and ((b = 2) or (c = 3)))"),
    ("a = 1 AND b = 2 AND c = 3", "((a = 1) and (b = 2) and (c = 3))"),
    ("((a = 1))", "(a = 1)"),
    ("started after yesterday", "(started after 'yesterday')"),
    ("started before 2026-11-20", "(started before '2026-11-20')"),
    ("started after '2026-11-20 14:30'", "(started after '2026-11-20 14:30')"),
    ("started after 2026-11-20 14:30", "(started after '2026-11-20 14:30')"),
    ("started after 2026-11-20T14:30:05", "(started after '2026-11-20T14:30:05')"),
    ("started within last 2 hours", "(started within 'last 2 hours')"),
    ("started within 2 hours", "(started within '2 hours')"),
    ("started last 2 hours", "(started within 'last 2 hours')"),
    ("started last week", "(started within 'last week')"),
    ("started on 2026-11-20", "(started within '2026-11-20')"),
    ("started 2026-11-20", "(started within '2026-11-20')"),
    ("started today", "(started within 'today')"),
    ("started this month", "(started within 'this month')"),
    ("started 3 days ago", "(started within '3 days ago')"),
    ("started between yesterday and today", "(started between 'yesterday' and 'today')"),
    (
        "started between 11-1 and 11-20 and completed",
        "((started between '11-1' and '11-20') and (status = 'completed'))",
    ),
    ("started not between 2026-11-01 and 2026-11-20", "not (started between '2026-11-01' and '2026-11-20')"),
    ("stopped before today", "(stopped before 'today')"),
    ("started > yesterday", "(started > 'yesterday')"),
    ("started in [today, yesterday]", "(started in ['today', 'yesterday'])"),
    ("time > 5 minutes", "(time > '5 minutes')"),
    ("time > 1.5 hours", "(time > '1.5 hours')"),
    ("time < 0:05:00", "(time < '0:05:00')"),
    ("attr:host = x", "(attr:host = 'x')"),
    ("flag:lr = 0.1", "(flag:lr = 0.1)"),
    ("scalar:loss < 1", "(scalar:loss < 1)"),
    ("flag:'my flag' = 1", "(flag:my flag = 1)"),
    ("'my flag' = 1", "(my flag = 1)"),
    ('"val#acc" > 1', "(val#acc > 1)"),
    ("val#acc > 0.5", "(val#acc > 0.5)"),
    ("max val#acc > 0.5", "(max val#acc > 0.5)"),
    ("first loss < last_loss", "(first loss < 'last_loss')"),
    ("min loss < 1", "(min loss < 1)"),
    ("avg loss < 1", "(avg loss < 1)"),
    ("total loss < 1", "(total loss < 1)"),
    ("count loss > 10", "(count loss > 10)"),
    ("last loss < 1", "(last loss < 1)"),
    ("MAX loss < 1", "(max loss < 1)"),
    ("loss step > 100", "(loss step > 100)"),
    ("max loss step > 100", "(max loss step > 100)"),
    ("max 'my loss' > 1", "(max my loss > 1)"),
    ("max scalar:loss > 1", "(max scalar:loss > 1)"),
    ("max scalar:'my loss' step > 1", "(max scalar:my loss step > 1)"),
    ("max = 1", "(max = 1)"),
    ("step = 1", "(step = 1)"),
    ("count > 3", "(count > 3)"),
    ("last = 1", "(last = 1)"),
    ("max in [1, 2]", "(max in [1, 2])"),
    ("last is undefined", "(last = None)"),
    ("max step > 3", "(max step > 3)"),
    ("notes = 1", "(notes = 1)"),
    ("order = 1", "(order = 1)"),
    ("inner = 1", "(inner = 1)"),
    ("contains_x = 1", "(contains_x = 1)"),
    ("within = 1", "(within = 1)"),
    ("in_ = 1", "(in_ = 1)"),
    ("tags contains best", "(tags contains 'best')"),
    ("tag = best", "(tag = 'best')"),
    ("comments contains 'x y'", "(comments contains 'x y')"),
    ("  lr   =   1  ", "(lr = 1)"),
    ("lr\n=\n1", "(lr = 1)"),
    ("a=1 and b=2", "((a = 1) and (b = 2))"),
    ("größe = 1", "(größe = 1)"),
    ("größe = 'ü'", "(größe = 'ü')"),
    ("lr.decay = 1", "(lr.decay = 1)"),
    ("layer-1 = 2", "(layer-1 = 2)"),
    ("a:b = 1", "(a:b = 1)"),
    ("flag:flag:x = 1", "(flag:flag:x = 1)"),
    ("x = a:b", "(x = 'a:b')"),
    ("FLAG:lr = 1", "(FLAG:lr = 1)"),
    ("'a'=1 or 'b'<>2", "((a = 1) or not (b = 2))"),
    ("a in(1,2)and not(b=3)", "((a in [1, 2]) and not (b = 3))"),
]

HINT = "; compare it, ask '{0} is not undefined', or write 'op = {0}' if it is an operation"
REFUSED = [
    ("", "an expression is missing; write for example 'loss < 0.5 and completed' (column 1)"),
    ("lr", f"'lr' alone is no test{HINT.format('lr')} (column 1)"),
    ("nonsense", f"'nonsense' alone is no test{HINT.format('nonsense')} (column 1)"),
    ("completd", "'completd' alone is no test (did you mean 'completed'?) (column 1)"),
    ("markd", "'markd' alone is no test (did you mean 'marked'?) (column 1)"),
    ("lr <", "expected a value after '<' (column 5)"),
    ("lr = ", "expected a value after '=' (column 5)"),
    ("lr = = 1", "expected a value after '=', not '=' (column 6)"),
    ("lr =! 1", "expected a value after '=', not '!' (did you mean 'not'?) (column 5)"),
    ("lr === 1", "expected a value after '==', not '=' (did you mean '='?) (column 6)"),
    ("lr ~ x", "expected a comparison after 'lr', not '~' (did you mean 'matches'?) (column 4)"),
    ("lr =~ x", "expected 'and' or 'or' after '=~', not 'x' (did you mean 'matches'?) (column 7)"),
    ("lr like x", "expected a comparison after 'lr', not 'like' (did you mean 'contains'?) (column 4)"),
    ("lr ! 1", "expected a comparison after 'lr', not '!' (did you mean 'not'?) (column 4)"),
    ("5 < lr", "expected a test such as 'loss < 0.5', not '5' (column 1)"),
    ("'x' < 1 2", "expected 'and' or 'or' after '1', not '2' (column 9)"),
    ("lr = 1 and", "expected a test such as 'loss < 0.5' after 'and' (column 11)"),
    ("lr = 1 or", "expected a test such as 'loss < 0.5' after 'or' (column 10)"),
    ("and lr = 1", "expected a test such as 'loss < 0.5', not 'and' (column 1)"),
    ("lr = 1 and and marked", "expected a test such as 'loss < 0.5' after 'and', not 'and' (column 12)"),
    ("lr = 1 && marked", "expected 'and' or 'or' after '1', not '&&' (did you mean 'and'?) (column 8)"),
    ("lr = 1 || marked", "expected 'and' or 'or' after '1', not '||' (did you mean 'or'?) (column 8)"),
    ("! marked", "expected a test such as 'loss < 0.5', not '!' (did you mean 'not'?) (column 1)"),
    ("not", "expected a test such as 'loss < 0.5' after 'not' (column 4)"),
    ("lr = 1 marked", "expected 'and' or 'or' after '1', not 'marked' (column 8)"),
    ("lr = 0.1 0.2", "expected 'and' or 'or' after '0.1', not '0.2' (column 10)"),
    ("(lr = 1", "a '(' is not closed (column 8)"),
    ("lr = 1)", "')' closes no '(' (column 7)"),
    ("()", "expected a test such as 'loss < 0.5' after '(', not ')' (column 2)"),
    ("(marked", "a '(' is not closed (column 8)"),
    ("lr in", "expected a list such as [1, 2] after 'in' (column 6)"),
    ("lr in 1", "expected a list such as [1, 2] after 'in', not '1' (column 7)"),
    ("lr in []", "the list is empty (column 8)"),
    ("lr in ()", "the list is empty (column 8)"),
    ("lr in [1", "expected ',' or ']' after '1' (column 9)"),
    ("lr in [1 2]", "expected ',' or ']' after '1', not '2' (column 10)"),
    ("lr in [1,]", "expected a value after ',', not ']' (column 10)"),
    ("lr in (1", "expected ',' or ')' after '1' (column 9)"),
    ("lr not 1", "expected 'in', 'contains', 'matches' or 'between' after 'not', not '1' (column 8)"),
    ("lr not undefined", "expected 'in', 'contains', 'matches' or 'between' after 'not', not 'undefined' (column 8)"),
    ("lr between 1", "expected 'and' and a second value after '1' (column 13)"),
    ("lr between 1 and", "expected a value after 'and' (column 17)"),
    ("lr between 1, 2", "expected 'and' and a second value after '1', not ',' (column 13)"),
    ("lr = 'x", "the text after ' is not closed (column 6)"),
    ('lr = "x', 'the text after " is not closed (column 6)'),
    ("lr = [1, 2", "expected ',' or ']' after '2' (column 11)"),
    ("lr matches '('", "'(' is no regular expression: missing ), unterminated subpattern (column 12)"),
    ("lr matches '*'", "'*' is no regular expression: nothing to repeat (column 12)"),
    ("lr matches", "expected a value after 'matches' (column 11)"),
    ("status < running", "a status has no order (column 1)"),
    ("status = complted", "'complted' is no status (did you mean 'completed'?) (column 10)"),
    ("status in [running, foo]", "'foo' is no status (column 21)"),
    ("marked = maybe", "'marked' is true or false, never 'maybe' (column 10)"),
    ("marked < true", "'marked' is true or false (column 1)"),
    ("marked contains x", "'marked' is true or false (column 1)"),
    (
        "started > 3",
        f"'3' {NO_TIME} (column 11)",
    ),
    (
        "started after blah",
        f"'blah' {NO_TIME} (column 15)",
    ),
    (
        "started after 2026-13-01",
        f"'2026-13-01' {NO_TIME} (column 15)",
    ),
    (
        "started between today and blah",
        f"'blah' {NO_TIME} (column 27)",
    ),
    ("lr after yesterday", "'lr' is no moment; 'after' is for started and stopped (column 1)"),
    ("lr 2026-11-20", "'lr' is no moment; 'within' is for started and stopped (column 1)"),
    ("lr today", "'lr' is no moment; 'within' is for started and stopped (column 1)"),
    ("time > soon", "'soon' is no duration; write seconds, '5 minutes' or '0:05:00' (column 8)"),
    ("time = [1]", "'[1]' is no duration; write seconds, '5 minutes' or '0:05:00' (column 8)"),
    ("exit_status = x", "'exit_status' is a number, never 'x' (column 15)"),
    ("label = [1]", "'label' is never a list (column 9)"),
    ("tags < a", "'tags' has no order (column 1)"),
    ("lr < true", "'<' needs a number or text, not 'true' (column 6)"),
    ("lr < undefined", "'<' needs a number or text, not 'undefined' (column 6)"),
    ("lr < nan", "'<' needs a number or text, not 'nan' (column 6)"),
    ("lr < [1]", "'<' needs a number or text, not '[1]' (column 6)"),
    ("lr between 1 and nan", "'between' needs a number or text, not 'nan' (column 18)"),
    ("lr contains undefined", "'contains' needs a value; the word can be quoted (column 13)"),
    ("max lr > 1", "no run has the scalar 'lr'; there is the flag 'lr' (column 5)"),
    ("max note > 1", "no run has the scalar 'note'; there is the attribute 'note' (column 5)"),
    ("max loss", f"'loss' alone is no test{HINT.format('loss')} (column 1)"),
    ("avg loss step > 1", "'avg' of a scalar has no step (column 1)"),
    ("max flag:lr > 1", "'max' is of scalars, not of 'flag:' (column 1)"),
    ("flag:lr step > 1", "'step' is of scalars, not of 'flag:' (column 1)"),
    ("scalar:lr = 1", "no run has the scalar 'lr'; there is the flag 'lr' (column 1)"),
    ("flag:acc = 1", "no run has the flag 'acc' (column 1)"),
    ("attr:lr = 1", "no run has the attribute 'lr'; there is the flag 'lr' (column 1)"),
    ("attr: = 1", "a name is missing after 'attr:' (column 6)"),
    ("flag:'' = 1", "a name is missing after 'flag:' (column 8)"),
    ("'' = 1", "a name is missing (column 3)"),
    ("acc > 1", "'acc' can be 'train#acc', 'val#acc'; write which one (column 1)"),
    ("lrr = 1", "no run has the attribute, flag or scalar 'lrr' (did you mean 'lr'?) (column 1)"),
    ("los < 1", "no run has the attribute, flag or scalar 'los' (did you mean 'loss'?) (column 1)"),
    ("marke = 1", "no run has the attribute, flag or scalar 'marke' (did you mean 'marked'?) (column 1)"),
    ("completed = 1", "'completed' is a status; it is a test by itself, or a value: 'status = completed' (column 1)"),
    ("true = 1", "expected 'and' or 'or' after 'true', not '=' (column 6)"),
    ("'' 1", "a name is missing (column 3)"),
    ("max 5 > 1", "expected a name after 'max', not '5' (column 5)"),
    ("lr = [marked x]", "expected ',' or ']' after 'marked', not 'x' (column 14)"),
    ("completed) or lr = 1", "')' closes no '(' (column 10)"),
    ("fir\u017ft loss > 1", "expected a comparison after 'fir\u017ft', not 'loss' (column 7)"),
    ("lr = {a: 1}", "expected 'and' or 'or' after '{a:', not '1}' (column 10)"),
    ("lr in [a] [b]", "expected 'and' or 'or' after ']', not '[' (column 11)"),
    ("lr = \ud800", "'\\ud800' is half a character (column 6)"),
]


@pytest.mark.parametrize(("text", "meant"), ACCEPTED)
def test_expression_is_understood(text, meant):
    assert canonical(parse_select(text)) == meant


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_expression_is_refused_with_a_reason_and_a_place(text, message):
    with pytest.raises(SelectError) as caught:
        Select.parse(text, PlanScope(names=NAMES))
    assert str(caught.value) == message


def test_caret_stands_under_what_is_wrong():
    with pytest.raises(SelectError) as caught:
        parse_select("lr = 0.1 && completed")
    assert caught.value.caret == "lr = 0.1 && completed\n         ^"


def test_caret_shows_the_line_that_is_wrong():
    with pytest.raises(SelectError, match=r"\(line 2, column 6\)") as caught:
        parse_select("lr = 1 and\nlos <\n")
    assert caught.value.caret == "los <\n     ^"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lr", Name(text="lr")),
        ("flag:lr", Name(text="lr", kind=Kind.FLAG)),
        ("max val#acc", Name(text="val#acc", qualifier="max")),
        ("min 'my loss' step", Name(text="my loss", qualifier="min", step=True)),
    ],
)
def test_name_is_read_with_what_stands_around_it(text, name):
    assert parse_name(text) == name


def test_expression_is_read_once():
    assert parse_select("lr < 0.25") is parse_select("lr < 0.25")


@pytest.mark.parametrize("text", ["", "1", "lr lr", "lr = 1", "max flag:", "loss,"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(SelectError):
        parse_name(text)
