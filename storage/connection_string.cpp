#include "storage/connection_string.h"

#include <map>
#include <memory>
#include <vector>

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

// By this the server shows that it has them. A name with a dot may be set by anybody and means nothing to PostgreSQL.
const std::string mark = "dialerd.session_settings";

struct Setting {
  std::string name;
  std::string value;
};

// What each session needs.
std::vector<Setting> session_parameters(const SessionSettings& settings) {
  const auto ms = [](std::chrono::milliseconds duration) { return std::to_string(duration.count()); };
  return {{"statement_timeout", ms(settings.statement_timeout)},
          {"lock_timeout", ms(settings.lock_timeout)},
          {"idle_in_transaction_session_timeout", "5000"},
          // A plan made for any batch size is a hundred times slower than one for this batch (docs: LIMIT $n,
          // unnest($n)).
          {"plan_cache_mode", "force_custom_plan"},
          // Batches find their rows one by one by primary key. The planner, thinking of disks, would rather read a
          // table of a million rows from end to end for some hundred of them. Reports switch all this on again.
          {"enable_seqscan", "off"},
          {"enable_hashjoin", "off"},
          {"enable_mergejoin", "off"},
          {"jit", "off"},
          // The claim merges walks of an index, each in order already. Sorting them instead would read, and lock, all
          // that they could give.
          {"enable_sort", "off"},
          // An intent that a crashed server forgets would be dialled twice.
          {"synchronous_commit", "on"},
          {"timezone", "UTC"},
          {"client_min_messages", "warning"}};
}

// They travel in the connection string because a SET is lost when a pooler changes the server connection.
std::string session_options(const SessionSettings& settings) {
  // The fences rely on READ COMMITTED: a statement that waited for a row's lock sees the row as it is then.
  std::string options = "-c default_transaction_isolation=read\\ committed -c " + mark + "=on";
  for (const Setting& setting : session_parameters(settings)) options += " -c " + setting.name + "=" + setting.value;
  return options;
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

const std::string settings_arrived_sql = "select current_setting('" + mark + "', true) is not distinct from 'on'";

std::string transaction_settings_sql(const SessionSettings& settings) {
  std::string sql = "set transaction isolation level read committed";
  for (const Setting& setting : session_parameters(settings)) {
    sql += "; set local " + setting.name + " = '" + setting.value + "'";
  }
  return sql;
}

}  // namespace dialerd::storage
