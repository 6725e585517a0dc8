"""The gateway's own part of the dialogue: login, the shell, the connection."""

from __future__ import annotations

import socket

import pytest
from support.terminal import Terminal
from support.units import Unit


def test_login_shows_level_and_commands_then_the_bare_prompt(unit: Unit) -> None:
    with Terminal(unit(shell={"password_echo": "none"})) as terminal:
        assert terminal.expect("username: ") == "username: "
        assert terminal.ask("voip\r", "password: ") == "\r\npassword: "
        assert terminal.ask("1234\r", "]") == (
            "\r\nuser level = admin.\r\n command: module1, module2, state1, state2, info.\r\n]"
        )
        assert terminal.nothing_comes()


def test_the_lf_of_a_cr_lf_is_the_first_star_of_the_password(unit: Unit) -> None:
    with Terminal(unit()) as terminal:
        terminal.expect("username: ")
        assert terminal.ask("voip\r\n", "*") == "\r\npassword: *"
        assert terminal.ask("1234\r\n", "\r\n]").startswith("****\r\nuser level")


def test_a_star_can_follow_the_password_prompt(unit: Unit) -> None:
    with Terminal(unit(shell={"password_echo": "star"})) as terminal:
        terminal.expect("username: ")
        assert terminal.ask("voip\r", "*") == "\r\npassword: *"


def test_the_name_can_be_echoed(unit: Unit) -> None:
    with Terminal(unit(shell={"username_echo": True})) as terminal:
        terminal.expect("username: ")
        assert terminal.ask("voip\r", "password: ") == "voip\r\npassword: "


def test_banner_and_command_list_are_knobs(unit: Unit) -> None:
    texts = {"banner": "hello", "commands": "state1.", "username_prompt": "user: ", "password_prompt": "word: "}
    with Terminal(unit(shell=texts)) as terminal:
        terminal.expect("user: ")
        terminal.ask("voip\r", "word: ")
        assert "\r\nhello\r\n command: state1.\r\n]" in terminal.ask("1234\r", "]")


def test_a_bad_login_is_asked_again(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.expect("username: ")
        terminal.ask("voip\r", "password: ")
        assert "bad username or password\r\nusername: " in terminal.ask("4321\r", "username: ")
        terminal.ask("voip\r", "password: ")
        terminal.ask("1234\r", "\r\n]")
    assert simulator.measures.bad_logins == 1


def test_a_bad_login_can_end_the_connection(unit: Unit) -> None:
    shell = {"after_bad_login": "close", "bad_login": "no!", "password_echo": "none"}
    with Terminal(unit(shell=shell)) as terminal:
        terminal.expect("username: ")
        terminal.ask("voip\r", "password: ")
        terminal.type("4321\r")
        assert terminal.to_the_end() == "\r\nno!\r\n"


def test_user_and_password_are_knobs(unit: Unit) -> None:
    with Terminal(unit(shell={"username": "admin", "password": "admin"})) as terminal:
        terminal.expect("username: ")
        terminal.ask("admin\r", "password: ")
        terminal.ask("admin\r", "\r\n]")


def test_state_tells_free_and_none(unit: Unit) -> None:
    simulator = unit(modules={1: {}, 2: {"sim": {"state": "none"}}})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        assert terminal.ask("state1\r", "\r\n]") == "state1\r\n module 1: free.\r\n]"
        assert terminal.ask("state2\r", "\r\n]") == "state2\r\n module 2: none.\r\n]"
        assert terminal.ask("state3\r", "\r\n]") == "state3\r\n module 3: none.\r\n]"
        assert terminal.ask("module2\r", "\r\n]") == "module2\r\n module 2: none.\r\n]"


def test_state_texts_are_knobs(unit: Unit) -> None:
    texts = {
        "state_free": "{n} ok",
        "state_none": "{n} no",
        "state_call": "{n} call",
        "busy": "{n} taken",
        "echo": False,
    }
    simulator = unit(shell=texts)
    with Terminal(simulator) as terminal:
        terminal.log_in()
        assert terminal.ask("state1\r", "]") == "1 ok\r\n]"
        assert terminal.ask("state9\r", "]") == "9 no\r\n]"
        simulator.call(1, "+59899123456")
        assert terminal.ask("state1\r", "]") == "1 call\r\n]"
        assert terminal.ask("module1\r", "]") == "1 taken\r\n]"


def test_a_module_in_a_call_can_leave_the_client_without_answer(unit: Unit) -> None:
    simulator = unit(shell={"busy": None, "echo": False})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        simulator.call(1, "+59899123456")
        terminal.type("module1\r")
        assert terminal.nothing_comes()
        simulator.hang_up(1)
        assert terminal.ask("state1\r", "]") == " module 1: free.\r\n]"


def test_firmware_without_state_and_module_commands(unit: Unit) -> None:
    shell = {"has_state": False, "has_module": False, "bad_command": "bad command !!!"}
    with Terminal(unit(shell=shell)) as terminal:
        terminal.expect("username: ")
        terminal.ask("voip\r", "password: ")
        assert "module" not in terminal.ask("1234\r", "\r\n]")
        assert terminal.ask("state1\r", "\r\n]") == "state1\r\nbad command !!!\r\n]"
        assert terminal.ask("module1\r", "\r\n]") == "module1\r\nbad command !!!\r\n]"


def test_module_without_a_number_is_the_first(unit: Unit) -> None:
    simulator = unit(shell={"getting": "getting module {n}", "acquired": "got!! {n}"})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        assert terminal.ask("module\r", "1\r\n") + terminal.expect("got!! 1\r\n") == (
            "module\r\ngetting module 1\r\ngot!! 1\r\n"
        )
        terminal.ask("\x18", "]")
        simulator.turn("shell.bare_module", False)
        assert "bad command!!!" in terminal.ask("module\r", "\r\n]")


def test_info_logout_and_unknown_commands(unit: Unit) -> None:
    with Terminal(unit(shell={"info": "MV-374"})) as terminal:
        terminal.log_in()
        assert terminal.ask("info\r", "\r\n]") == "info\r\nMV-374\r\n]"
        assert terminal.ask("help\r", "\r\n]") == "help\r\nbad command!!!\r\n]"
        assert terminal.ask("\r", "\r\n]") == "\r\n]"
        terminal.type("logout\r")
        assert terminal.to_the_end() == "logout\r\nexit...\r\n"


def test_ctrl_x_gives_the_module_back_and_the_next_may_be_taken(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold(1)
        assert terminal.ask("\x18", "]") == "\r\nrelease module 1 ...\r\n]"
        assert "got!! press 'ctrl-x' to release module 2.\r\n" in terminal.ask("module2\r", "2.\r\n")
        assert simulator.measures.holds == {1: 1}
        terminal.ask("\x18", "]")
    assert simulator.measures.holds == {1: 1, 2: 1}
    assert simulator.measures.held_s[1] > 0


def test_commands_sent_ahead_are_answered_in_turn(unit: Unit) -> None:
    with Terminal(unit(shell={"latency_s": 0.01}, modem={"latency_s": 0.01})) as terminal:
        terminal.expect("username: ")
        terminal.type("voip\r1234\rstate1\rmodule1\r")
        terminal.expect("release module 1.\r\n")
        terminal.type("AT\rAT+CSQ\r")
        assert terminal.expect("0\r\n") + terminal.expect("+CSQ: 20,0\r\n0\r\n") == "0\r\n+CSQ: 20,0\r\n0\r\n"


def test_a_second_connection_is_refused_and_counted(unit: Unit) -> None:
    simulator = unit(shell={"refusal": "occupied"})
    with Terminal(simulator) as first, Terminal(simulator) as second:
        first.log_in()
        assert second.to_the_end() == "occupied\r\n"
        assert "free" in first.ask("state1\r", "\r\n]")
    assert (simulator.measures.connections, simulator.measures.second_connections) == (2, 1)


@pytest.mark.parametrize(
    ("manner", "first_lives"), [("close", True), ("silent", True), ("accept", True), ("take_over", False)]
)
def test_what_a_second_connection_meets_is_a_knob(unit: Unit, manner: str, first_lives: bool) -> None:
    simulator = unit(shell={"second_connection": manner})
    with Terminal(simulator) as first:
        first.log_in()
        with Terminal(simulator) as second:
            if manner == "close":
                assert second.to_the_end() == ""
            elif manner == "silent":
                assert second.nothing_comes()
            else:
                second.log_in()
            if first_lives:
                first.ask("state1\r", "\r\n]")
            else:
                first.to_the_end()
    assert simulator.measures.second_connections == 1


def test_with_two_inside_a_held_module_is_not_free(unit: Unit) -> None:
    simulator = unit(shell={"second_connection": "accept"})
    with Terminal(simulator) as first, Terminal(simulator) as second:
        first.hold(1)
        second.log_in()
        assert "module 1: busy." in second.ask("state1\r", "\r\n]")
        assert "module 1: busy." in second.ask("module1\r", "\r\n]")


def test_after_a_visit_the_next_connection_is_the_first_again(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.type("logout\r")
        terminal.to_the_end()
        with Terminal(simulator) as next_one:
            next_one.log_in()
    assert simulator.measures.second_connections == 0


def test_a_cut_connection_frees_the_module_at_once_or_later_or_never(unit: Unit) -> None:
    simulator = unit(shell={"hold_lingers_s": None, "second_connection": "accept"})
    with Terminal(simulator) as terminal:
        terminal.hold(1)
    assert simulator.wait_for(lambda: not simulator.visits)
    assert simulator.module(1).holder is not None
    simulator.turn("shell.hold_lingers_s", 0.01)
    with Terminal(simulator) as terminal:
        terminal.hold(2)
    assert simulator.wait_for(lambda: simulator.module(2).holder is None)
    simulator.turn("shell.reboot_s", 0.0)
    simulator.reboot()
    assert simulator.module(1).holder is None


def test_an_idle_connection_is_closed(unit: Unit) -> None:
    with Terminal(unit(shell={"idle_timeout_s": 0.05})) as terminal:
        terminal.expect("username: ")
        assert terminal.to_the_end() == ""


def test_a_module_held_too_long_without_a_byte_is_taken_away(unit: Unit) -> None:
    simulator = unit(shell={"hold_timeout_s": 0.2})
    with Terminal(simulator) as terminal:
        terminal.hold()
        assert terminal.expect("]") == "\r\nrelease module 1 ...\r\n]"
    assert simulator.measures.snatches == 1


def test_offers_come_first_and_telnet_commands_never_reach_the_shell(unit: Unit) -> None:
    simulator = unit(wire={"iac_offers": True}, shell={"username": "v\xffip"})
    with Terminal(simulator) as terminal:
        assert terminal.expect("username: ") == "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18username: "
        (visit,) = simulator.visits
        for byte in b"\xff\xfe\x01\xff\xfc\x18v\xff\xffi\xff\xfa\x18\x00vt100\xff\xf0p\xff\xf1\r":
            terminal.type(bytes([byte]))
        terminal.expect("password: ")
        terminal.ask("1234\r", "\r\n]")
        assert visit.wire.answers == [(254, 1), (252, 24)]


def test_without_a_shell_the_connection_is_the_module_itself(unit: Unit) -> None:
    simulator = unit(shell={"present": False})
    with Terminal(simulator) as terminal:
        assert terminal.ask("AT\r", "0\r\n") == "0\r\n"
        assert terminal.ask("\x18AT+CSQ\r", "0\r\n0\r\n") == "+CSQ: 20,0\r\n0\r\n"
        simulator.snatch(1)
        assert terminal.to_the_end() == ""
    assert simulator.module(1).holder is None


def test_a_client_that_hung_up_is_not_inside_any_more(unit: Unit) -> None:
    simulator = unit()
    for _ in range(50):
        with Terminal(simulator) as terminal:
            terminal.log_in()
            terminal.type("logout\r")
    assert simulator.measures.second_connections == 0


def test_0xff_in_data_can_be_doubled(unit: Unit) -> None:
    with Terminal(unit(wire={"iac_doubled": True}, shell={"info": "\xff"})) as terminal:
        terminal.log_in()
        assert terminal.ask("info\r", "]") == "info\r\n\xff\xff\r\n]"


def test_control_bytes_are_strewn_in(unit: Unit) -> None:
    with Terminal(unit(wire={"noise": ["nul", "xon", "xoff"], "noise_every_bytes": 3})) as terminal:
        assert terminal.expect("e:") == "use\x00rna\x11me:"
        assert terminal.ask("voip\r", "pas") == "\x13 \r\n\x00pas"


def test_control_bytes_from_the_client_can_be_swallowed(unit: Unit) -> None:
    with Terminal(unit(wire={"swallowed": ["nul", "xon", "xoff"]})) as terminal:
        terminal.expect("username: ")
        terminal.ask("v\x11o\x13i\x00p\r", "password: ")
        terminal.ask("1234\r", "\r\n]")


@pytest.mark.parametrize("at_random", [False, True])
def test_segments_can_be_small(unit: Unit, at_random: bool) -> None:
    wire = {"segment_bytes": 3, "segment_random": at_random, "segment_gap_s": 0.05}
    with Terminal(unit(wire=wire)) as terminal:
        terminal.expect("username: ")
        assert len(terminal.chunks) > 1  # some may have met on the way


def test_a_reboot_cuts_everybody_off_and_closes_the_port_for_a_while(unit: Unit) -> None:
    simulator = unit(shell={"reboot_s": 0.4})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        simulator.reboot()
        terminal.to_the_end()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((simulator.host, simulator.port), timeout=1)
    assert simulator.wait_for(lambda: simulator.listening)
    with Terminal(simulator) as terminal:
        terminal.log_in()
    assert simulator.measures.reboots == 1


def test_turns_are_recorded_without_the_password(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.ask("AT\r", "0\r\n")
        terminal.ask("\x18", "]")
    (visit,) = simulator.measures.visits
    assert visit.turns == ["voip", "*", "module1", "AT", "<ctrl-x>"]
    assert simulator.wait_for(lambda: visit.ended_s is not None)
    assert simulator.measures.connected_s > 0


def test_the_words_of_parting_are_knobs(unit: Unit) -> None:
    with Terminal(unit(shell={"released": "bye {n}", "goodbye": "closed", "echo": False})) as terminal:
        terminal.log_in()
        terminal.ask("module2\r", "release module 2.\r\n")
        assert terminal.ask("\x18", "]") == "\r\nbye 2\r\n]"
        terminal.type("logout\r")
        assert terminal.to_the_end() == "closed\r\n"
