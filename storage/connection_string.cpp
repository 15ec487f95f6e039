#include "storage/connection_string.h"

#include <map>
#include <memory>

#include <libpq-fe.h>

namespace dialerd::storage {
namespace {

using Keywords = std::map<std::string, std::string>;

Result<Keywords> parse(const std::string& conninfo) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options{
      PQconninfoParse(conninfo.c_str(), &message), PQconninfoFree};
  const std::unique_ptr<char, decltype(&PQfreemem)> owned_message{message, PQfreemem};
  if (!options) {
    // libpq's message may quote the string, and with it a password.
    return Error{ErrorKind::refused, "the database connection string is not one that libpq understands"};
  }
  Keywords keywords;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords[option->keyword] = option->val;
  }
  return keywords;
}

// What each session needs. It travels in the connection string because a SET is lost when a pooler changes the server
// connection.
std::string session_options(const SessionSettings& settings) {
  const auto ms = [](std::chrono::milliseconds duration) { return std::to_string(duration.count()); };
  return "-c statement_timeout=" + ms(settings.statement_timeout) + " -c lock_timeout=" + ms(settings.lock_timeout) +
         " -c idle_in_transaction_session_timeout=5000"
         // A plan made for any batch size is a hundred times slower than one for this batch (docs: LIMIT $n,
         // unnest($n)).
         " -c plan_cache_mode=force_custom_plan"
         // Batches find their rows one by one by primary key. The planner, thinking of disks, would rather read a table
         // of a million rows from end to end for some hundred of them. Reports switch all this on again.
         " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
         // The claim merges walks of an index, each in order already. Sorting them instead would read, and lock, all
         // that they could give.
         " -c enable_sort=off"
         // The fences rely on READ COMMITTED: a statement that waited for a row's lock sees the row as it is then.
         " -c default_transaction_isolation=read\\ committed"
         // An intent that a crashed server forgets would be dialled twice.
         " -c synchronous_commit=on"
         " -c timezone=UTC -c client_min_messages=warning";
}

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

Result<std::string> connection_string(const SessionSettings& settings) {
  Result<Keywords> parsed = parse(settings.conninfo);
  if (parsed.has_error()) return parsed.error();
  Keywords keywords = std::move(*parsed);

  const Keywords defaults = {
      {"application_name", settings.application_name},
      {"connect_timeout", "3"},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "15000"},
      {"target_session_attrs", "read-write"},
  };
  for (const auto& [keyword, value] : defaults) keywords.try_emplace(keyword, value);
  keywords["client_encoding"] = "UTF8";
  if (settings.password) keywords["password"] = *settings.password;
  std::string& options = keywords["options"];
  if (!settings.server_defaults)
    options = options.empty() ? session_options(settings) : options + " " + session_options(settings);

  std::string text;
  for (const auto& [keyword, value] : keywords) {
    if (!text.empty()) text += ' ';
    text += keyword + "=" + quoted(value);
  }
  return text;
}

}  // namespace dialerd::storage
