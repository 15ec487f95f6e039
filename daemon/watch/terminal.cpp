#include "daemon/watch/terminal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace dialerd::daemon::watch {
namespace {

constexpr std::string_view enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l";  // second screen, no cursor, no wrapping
constexpr std::string_view leave_sequence = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::array<int, 5> faults = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
constexpr std::array<int, 6> handled = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

termios restored_after_fault{};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the terminal is gone
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Only what a signal handler may call (signal-safety(7)). The handler is gone when it runs (SA_RESETHAND), so the
// signal ends the process as it would have.
void on_fault(int signal) {
  write_all(leave_sequence);
  tcsetattr(STDIN_FILENO, TCSANOW, &restored_after_fault);
  raise(signal);
}

Colours wished_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0' ? Colours::on : Colours::off;
}

sigset_t set_of_handled() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : handled) sigaddset(&set, signal);
  return set;
}

}  // namespace

bool Terminal::is_there() {
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind).empty() || std::string_view(kind) == "dumb";
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && !dumb;
}

Terminal::Terminal() : colours_(wished_colours()) {
  const sigset_t set = set_of_handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);  // before other threads are there: they inherit it
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  tcgetattr(STDIN_FILENO, &before_);
  restored_after_fault = before_;
  struct sigaction action {};
  action.sa_handler = on_fault;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (int signal : faults) sigaction(signal, &action, nullptr);
  enter();
}

Terminal::~Terminal() {
  leave();
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int signal : faults) sigaction(signal, &usual, nullptr);
  close(signals_);
  const sigset_t set = set_of_handled();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Terminal::enter() {
  termios quiet = before_;
  quiet.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO));
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  write_all(enter_sequence);
}

void Terminal::leave() {
  write_all(leave_sequence);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

// As the shell expects it of Ctrl-Z.
void Terminal::stop() {
  leave();
  raise(SIGSTOP);
  enter();
}

Size Terminal::size() const {
  winsize window{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0) return {};
  return {window.ws_col, window.ws_row};
}

void Terminal::show(const std::vector<Line>& lines) {
  // In one write, each line over the last one, so that nothing flickers.
  std::string screen = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    screen += lines[i].styled(colours_);
    screen += "\x1b[K";
    if (i + 1 < lines.size()) screen += "\r\n";
  }
  screen += "\x1b[J";
  write_all(screen);
}

Terminal::Event Terminal::signalled() {
  Event event;
  signalfd_siginfo told{};
  while (::read(signals_, &told, sizeof told) == static_cast<ssize_t>(sizeof told)) {
    const int signal = static_cast<int>(told.ssi_signo);
    if (signal == SIGWINCH) {
      event.resized = true;
    } else if (signal == SIGTSTP) {
      stop();
      event.resized = true;
    } else {
      event.quit = true;
      event.signal = signal;
    }
  }
  return event;
}

Terminal::Event Terminal::wait(std::chrono::milliseconds at_most, int also) {
  std::array<pollfd, 3> waiting{{{signals_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}, {also, POLLIN, 0}}};
  if (poll(waiting.data(), waiting.size(), static_cast<int>(at_most.count())) <= 0) return {};
  Event event = signalled();
  if (waiting[1].revents != 0) {
    std::array<char, 64> keys{};
    const ssize_t n = ::read(STDIN_FILENO, keys.data(), keys.size());
    const std::string_view typed(keys.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    // Nothing to read any more: the terminal is gone.
    if (n <= 0 || typed.find_first_of("qQ\x03\x04") != std::string_view::npos) event.quit = true;
  }
  event.also = waiting[2].revents != 0;
  return event;
}

}  // namespace dialerd::daemon::watch
