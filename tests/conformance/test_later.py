"""`kmi.timer`, `kmi.work` and `kmi.thread`: what runs later or beside, and that nothing runs after unload."""

import os

import later
import pytest

from kmi.kernels.userspace import UserProcess
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/later.py"
HOUR = 3_600_000


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    user = kernel.process()
    return user, user.open("/dev/later", os.O_RDWR)


def wait_for(user: UserProcess, fd: int, goal: int) -> None:
    user.ioctl(fd, later.PULL, goal)
    assert user.read(fd, 1) == b"."


def test_a_timer_fires_once(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.ONCE, 5)
    wait_for(user, fd, 1)
    assert user.ioctl(fd, later.TICKS)[0] == 1
    assert user.ioctl(fd, later.CANCEL)[0] == 0


def test_a_timer_fires_again_and_again_until_its_callback_cancels_it(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.PERIODIC, 5)
    goal = 5
    wait_for(user, fd, goal)
    while user.ioctl(fd, later.TICKS)[0] < 5:  # a run may have counted a tick that another one saw
        goal += 1
        wait_for(user, fd, goal)
    assert user.ioctl(fd, later.TICKS)[0] == 5
    assert user.ioctl(fd, later.CANCEL)[0] == 0


def test_a_timer_that_is_cancelled_does_not_fire(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.ONCE, HOUR)
    assert user.ioctl(fd, later.CANCEL)[0] == 1
    assert user.ioctl(fd, later.CANCEL)[0] == 0
    assert user.ioctl(fd, later.TICKS)[0] == 0


def test_a_timer_starts_anew(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.ONCE, HOUR)
    user.ioctl(fd, later.ONCE, 1)
    wait_for(user, fd, 1)
    assert user.ioctl(fd, later.CANCEL)[0] == 0


def test_a_time_beyond_all_reason_is_no_other_time(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.ONCE, (1 << 63) - 1)
    user.ioctl(fd, later.DELAYED, (1 << 63) - 1)
    user.ioctl(fd, later.QUEUE)
    wait_for(user, fd, 1)
    assert user.ioctl(fd, later.TICKS)[0] == 0
    assert user.ioctl(fd, later.DONE)[0] == 1
    assert user.ioctl(fd, later.CANCEL)[0] == 1
    assert user.ioctl(fd, later.DROP)[0] == 2


def test_what_is_asked_for_while_loading_happens_when_it_is_loaded(kernel: Kernel) -> None:
    kernel.load(MODULE, early=True)
    user, fd = opened(kernel)
    wait_for(user, fd, 1)
    user.ioctl(fd, later.FLUSH)
    assert user.ioctl(fd, later.TICKS)[0] == 1
    while "later: begun" not in kernel.log():
        user.ioctl(fd, later.QUEUE)
        user.ioctl(fd, later.FLUSH)


def test_work_runs_as_often_as_it_was_queued_and_begun(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    for count in range(1, 4):
        assert user.ioctl(fd, later.QUEUE)[0] == 1
        user.ioctl(fd, later.FLUSH)
        assert user.ioctl(fd, later.DONE)[0] == count


def test_work_may_queue_itself(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.AGAIN, 4)
    user.ioctl(fd, later.QUEUE)
    wait_for(user, fd, 5)
    user.ioctl(fd, later.FLUSH)
    assert user.ioctl(fd, later.DONE)[0] == 5


def test_delayed_work_keeps_its_time_and_a_flush_does_not_wait_for_it(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    assert user.ioctl(fd, later.DELAYED, HOUR)[0] == 1
    assert user.ioctl(fd, later.DELAYED, 1)[0] == 0
    user.ioctl(fd, later.FLUSHED)
    assert user.ioctl(fd, later.DONE)[0] == 100
    assert user.ioctl(fd, later.DELAYED, 1)[0] == 1
    wait_for(user, fd, 200)


def test_work_that_was_cancelled_does_not_run(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.DELAYED, HOUR)
    assert user.ioctl(fd, later.DROP)[0] == 2
    assert user.ioctl(fd, later.DROP)[0] == 0
    user.ioctl(fd, later.FLUSHED)
    assert user.ioctl(fd, later.DONE)[0] == 0


def test_a_flush_waits_for_the_call_that_has_begun(kernel: Kernel) -> None:
    kernel.load(MODULE)
    (user, fd), (other, theirs) = opened(kernel), opened(kernel)
    user.ioctl(fd, later.HOLD, 1)
    user.ioctl(fd, later.QUEUE)
    call = user.start("ioctl", fd, later.FLUSH)
    call.wait_blocked()
    assert not call.done()
    other.ioctl(theirs, later.HOLD, 0)
    assert call.result()[0] == 0
    assert user.ioctl(fd, later.DONE)[0] == 1


def test_work_that_fails_is_logged_and_runs_again(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.FAIL, 1)
    for _ in range(2):
        user.ioctl(fd, later.QUEUE)
        user.ioctl(fd, later.FLUSH)
    said = [line for line in kernel.log() if "IndexError: work that fails" in line]
    assert len(said) == 2
    assert "later.py:" in said[0] and "in Later.run" in said[0]
    assert user.ioctl(fd, later.DONE)[0] == 2


def test_a_thread_runs_beside_and_is_stopped_by_unloading(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.ROUNDS, 3)
    assert user.ioctl(fd, later.STOPPING)[0] == 0
    user.end()
    kernel.unload()
    assert [line for line in kernel.log() if line.startswith("later:")] == ["later: stopped in time"]


@pytest.mark.parametrize("way", [later.ONCE, later.PERIODIC, later.QUEUE, later.DELAYED])
def test_unloading_with_something_pending(kernel: Kernel, way: int) -> None:
    for value in (1, 3, HOUR):
        module = kernel.load(MODULE, early=True)
        user, fd = opened(kernel)
        user.ioctl(fd, later.AGAIN, 1 << 40)
        user.ioctl(fd, way, value)
        user.end()
        kernel.unload(module)


def test_a_load_that_fails_ends_what_has_begun(kernel: Kernel) -> None:
    for _ in range(3):
        with pytest.raises(FileExistsError):
            kernel.load(MODULE, early=True, beyond=True)
    kernel.load(MODULE)
    user, fd = opened(kernel)
    user.ioctl(fd, later.ROUNDS, 1)


def test_no_memory_is_an_error_of_the_load_or_logged(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user, fd = opened(kernel)
            try:
                user.ioctl(fd, later.ONCE, 1)
                user.ioctl(fd, later.CANCEL)
                user.ioctl(fd, later.FLUSH)
            finally:
                user.end()

    assert fail_each(kernel, scenario) > 5


def test_recursion_in_a_timers_callback_ends_before_its_stack(kernel: Kernel) -> None:
    kernel.load("modules/plunging.py")
    user = kernel.process()
    assert user.read(user.open("/dev/plunging"), 10) == b"5 1"
