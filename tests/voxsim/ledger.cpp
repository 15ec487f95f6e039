#include "tests/voxsim/ledger.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

namespace {

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  if (text.empty()) {
    out += "null";
  } else {
    append_quoted(out, text);
  }
}

template <std::integral Number>
void append_number_or_null(std::string& out, std::string_view name, Number number) {
  out += name;
  if (number == 0) {
    out += "null";
  } else {
    append_integer(out, number);
  }
}

}  // namespace

Ledger::Ledger(const std::string& path) {
  if (path.empty()) return;
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open ledger " + path);
}

Ledger::~Ledger() {
  if (file_ < 0) return;
  flush();
  ::close(file_);
}

void Ledger::append(const LedgerEntry& entry) {
  if (file_ < 0) return;
  std::string& out = pending_;
  out += R"({"at_ms":)";
  append_integer(out, entry.at_us / 1000);
  out += R"(,"at_us":)";
  append_integer(out, entry.at_us);
  out += R"(,"seq":)";
  append_integer(out, entry.sequence);
  append_text(out, R"(,"method":)", entry.method);
  append_text(out, R"(,"target":)", entry.target);
  append_number_or_null(out, R"(,"status":)", entry.status);
  append_text(out, R"(,"outcome":)", entry.outcome);
  out += R"(,"delay_ms":)";
  append_integer(out, entry.delay_ms);
  if (entry.is_create) {
    append_text(out, R"(,"attempt_id":)", entry.attempt_id);
    append_text(out, R"(,"to_number":)", entry.to_number);
    append_text(out, R"(,"from_number":)", entry.from_number);
    out += entry.created ? R"(,"created":true)" : R"(,"created":false)";
    append_text(out, R"(,"call_id":)", entry.call_id);
    append_text(out, R"(,"reason":)", entry.reason);
    append_text(out, R"(,"final_status":)", entry.final_status);
    append_number_or_null(out, R"(,"start_at":)", entry.answer_ms);
    append_number_or_null(out, R"(,"end_at":)", entry.end_ms);
  }
  out += "}\n";
}

void Ledger::flush() {
  std::size_t written = 0;
  while (written < pending_.size()) {
    const ssize_t count = ::write(file_, pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      std::perror("voxsim: cannot write the ledger");
      std::abort();
    }
    written += static_cast<std::size_t>(count);
  }
  pending_.clear();
}

}  // namespace dialerd::voxsim
