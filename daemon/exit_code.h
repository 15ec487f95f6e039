// What a dialerd process's exit code says. docs/operations.md lists them; the systemd unit relies on `configuration`.
#pragma once

namespace dialerd::daemon {

enum class ExitCode : int {
  ok = 0,
  failed = 1,  // the work could not be done; the message says why. `check`: something is wrong with a file. `run`:
               // an internal error, or what may be otherwise at the next start: an address in use, no descriptors left
  usage = 2,   // the command line is wrong
  configuration = 3,  // a file is wrong, a secret or the CA file cannot be used, a campaign belongs to another account,
                      // the database may lose what it commits
  schema = 4,         // the database's schema is not this binary's: run `dialerd migrate`
  database = 5,       // the database cannot be reached
  drain_timeout = 6,  // stopped with answers or outcomes still outstanding; the next start finds out about them
};

}  // namespace dialerd::daemon
