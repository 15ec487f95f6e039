// Hears what is told on a channel of PostgreSQL (LISTEN, NOTIFY). A connection of its own, by libpq alone.
//
// wait() belongs to one thread; interrupt() may be called from any. Nothing is repeated: what was told while there was
// no connection is never heard.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "storage/error.h"
#include "storage/session.h"

namespace dialerd::storage {

class Listener {
 public:
  // `channel`: a plain lower-case name, which is written into SQL as it is.
  Listener(SessionSettings settings, std::string channel);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Connects and listens, unless it does already. unavailable: the server cannot be reached, or a pooler is between: a
  // session of PostgreSQL tells the process that serves it, and a pooler makes up another. Where it hands out server
  // connections by the transaction nothing would be heard, and others would hear what is not for them.
  Result<void> listen();

  // The payloads that were told, in order. Returns when there is one, when the time is over, or when interrupted; then
  // it is empty. After an error listen() connects anew.
  Result<std::vector<std::string>> wait(std::chrono::milliseconds at_most);

  // For the thread that listens, between two attempts: sleeps, unless interrupted.
  void rest(std::chrono::milliseconds time);

  // The wait under way and all later ones end at once. For good.
  void interrupt();
  bool interrupted() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialerd::storage
