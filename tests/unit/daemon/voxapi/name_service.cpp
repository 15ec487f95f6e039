#include "name_service.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <dlfcn.h>
#include <netdb.h>

namespace dialerd::daemon::voxapi::testing {
namespace {

struct Entry {
  std::deque<NameAnswer> answers;
  int times_asked = 0;
};

struct Book {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, Entry> entries;
};

Book& book() {
  static Book instance;
  return instance;
}

std::optional<NameAnswer> answer_to(const std::string& name) {
  Book& names = book();
  std::unique_lock lock(names.mutex);
  const auto found = names.entries.find(name);
  if (found == names.entries.end()) return std::nullopt;
  Entry& entry = found->second;
  ++entry.times_asked;
  NameAnswer answer = entry.answers.front();
  if (entry.answers.size() > 1) entry.answers.pop_front();
  if (answer.hangs) {
    names.changed.wait(lock, [&] { return !names.entries.contains(name); });
    answer.error = EAI_AGAIN;
  }
  return answer;
}

}  // namespace

KnownName::KnownName(std::string name, std::vector<NameAnswer> answers) : name_(std::move(name)) {
  answer_from_now_on(std::move(answers));
}

KnownName::~KnownName() {
  const std::lock_guard lock(book().mutex);
  book().entries.erase(name_);
  book().changed.notify_all();
}

void KnownName::answer_from_now_on(std::vector<NameAnswer> answers) {
  const std::lock_guard lock(book().mutex);
  book().entries[name_].answers = {answers.begin(), answers.end()};
}

int KnownName::times_asked() const {
  const std::lock_guard lock(book().mutex);
  return book().entries.at(name_).times_asked;
}

}  // namespace dialerd::daemon::voxapi::testing

// The program's own definition comes before the C library's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const auto answer = name == nullptr ? std::nullopt : dialerd::daemon::voxapi::testing::answer_to(name);
  if (!answer) return real(name, service, hints, found);
  if (answer->error != 0) return answer->error;
  // freeaddrinfo(3) frees the list node by node, so lists of one question each may be joined.
  addrinfo** end = found;
  for (const std::string& address : answer->addresses) {
    if (const int error = real(address.c_str(), service, hints, end); error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}
