// What other processes tell the daemons through the database, the moment they commit it (PostgreSQL's LISTEN).
//
// On the channel `dialerd` each payload begins with its subject:
//
//   control CAMPAIGN_ID   what is wished of a campaign has changed (a trigger of migration 0006_lifecycle)
//   reload ...            a configuration is to be read again
//
// A word that a daemon does not know is for a later version: it is passed over.
//
// A hint and no more: whatever was told while the connection was down, or through a pooler that hands out another
// server connection for each transaction, is lost. Who listens here also asks the database now and then, and after each
// listening(true) at once.
//
// A thread and a connection of its own, so nothing here ever keeps the event loop or a storage thread waiting. A
// connection that cannot be had is tried again with growing pauses, 5 s at most.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <thread>

#include "storage/listener.h"
#include "storage/session.h"

namespace dialerd::daemon {

class Notifications {
 public:
  // Both are called on the thread of this object, never after its destructor has returned; they hand over and return
  // (the daemon posts to its event loop).
  struct Callbacks {
    std::function<void(const std::string& payload)> heard;
    // True: from now on whatever is told is heard. False: no longer, with the reason. Begins with false.
    std::function<void(bool listening, const std::string& why)> listening;
  };

  Notifications(storage::SessionSettings settings, const std::string& channel, Callbacks callbacks);
  ~Notifications();  // ends a wait at once; a connection attempt under way ends with its connect_timeout
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

 private:
  void run();
  void hear();  // until there is an error, or the end
  void tell(bool listening, const std::string& why);

  storage::Listener listener_;
  Callbacks callbacks_;
  std::string told_;  // why we are not listening, as last said; empty: we are, or nothing was said yet
  bool told_listening_ = false;
  std::minstd_rand random_{std::random_device{}()};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace dialerd::daemon
