// The terminal of `dialerd status --watch`: a second screen for as long as this lives, and the first one back at its
// end, whatever that end is. By ANSI sequences (ECMA-48, and xterm's private modes 1049 and 25) and termios(3). It has
// no colours where NO_COLOR is set to anything (https://no-color.org).
//
// One at a time; it owns the process's signals meanwhile: SIGINT, SIGTERM, SIGHUP and SIGQUIT end the watch, SIGTSTP
// stops it with the screen put back, SIGWINCH tells of another size. After a fault (SIGSEGV, SIGABRT and their kin) the
// screen is put back before the process dies of it.
#pragma once

#include <chrono>
#include <vector>

#include <termios.h>

#include "daemon/watch/layout.h"
#include "daemon/watch/line.h"

namespace dialerd::daemon::watch {

class Terminal {
 public:
  // Whether standard input and output are a terminal that understands this.
  static bool is_there();

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  Size size() const;
  void show(const std::vector<Line>& lines);

  // What has happened, at the latest when the time is over or `also` (a file) can be read.
  struct Event {
    bool quit = false;     // the user, or a signal
    int signal = 0;        // which; 0: a key
    bool also = false;     // `also` can be read
    bool resized = false;  // or back after a stop: everything is to be drawn
  };
  Event wait(std::chrono::milliseconds at_most, int also);

 private:
  void enter();
  void leave();
  void stop();
  Event signalled();

  int signals_ = -1;
  Colours colours_;
  termios before_{};
};

}  // namespace dialerd::daemon::watch
