"""A Python as Windows has it: what only POSIX gives is gone, in this process and in all that it starts.

It comes with the path (`PYTHONPATH`) and before all that is imported. What Python itself needs to start a process here
stays. `WITHOUT_POSIX` names a file that gets a line of each process.
"""

import os
import select
import signal
import sys

MODULES = "fcntl grp pwd resource termios tty pty syslog readline curses crypt nis spwd posix_spawn"
OS = """
    fork forkpty register_at_fork getuid geteuid getgid getegid getgroups getresuid getresgid setuid seteuid setgid
    setegid setgroups setsid getsid getpgid getpgrp setpgrp setpgid killpg tcgetpgrp tcsetpgrp nice getpriority
    setpriority getlogin uname chown fchown lchown chroot fchmod lchmod mkfifo mknod makedev major minor lockf
    posix_fallocate posix_fadvise posix_spawn posix_spawnp pread preadv pwrite pwritev readv writev sendfile splice
    copy_file_range memfd_create eventfd openpty ttyname ctermid fchdir fdatasync sync statvfs fstatvfs pathconf
    fpathconf confstr getloadavg sched_getaffinity sched_setaffinity sched_yield getxattr setxattr listxattr
    removexattr wait wait3 wait4 waitid O_NOFOLLOW O_DIRECTORY O_NONBLOCK O_CLOEXEC O_SYNC O_DSYNC O_RSYNC O_NOCTTY
    O_ASYNC O_DIRECT O_LARGEFILE O_NOATIME O_PATH O_TMPFILE O_NDELAY O_ACCMODE EX_OK EX_USAGE
"""
SIGNALS = """
    SIGHUP SIGQUIT SIGTRAP SIGBUS SIGKILL SIGUSR1 SIGUSR2 SIGPIPE SIGALRM SIGCHLD SIGCLD SIGCONT SIGSTOP SIGTSTP SIGTTIN
    SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPOLL SIGPWR SIGSYS SIGSTKFLT alarm pause
    setitimer getitimer siginterrupt pthread_kill pthread_sigmask sigpending sigwait sigwaitinfo sigtimedwait
"""

for name in MODULES.split():
    sys.modules[name] = None
for module, names in ((os, OS), (signal, SIGNALS), (select, "poll epoll")):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
if "WITHOUT_POSIX" in os.environ:
    with open(os.environ["WITHOUT_POSIX"], "a", encoding="utf-8") as told:  # noqa: PTH123 - `pathlib` comes after this
        told.write(f"{sys.orig_argv}\n")
