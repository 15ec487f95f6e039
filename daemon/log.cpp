#include "daemon/log.h"

#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "daemon/journal.h"
#include "daemon/text/log_text.h"

namespace dialerd::daemon::log {
namespace {

using text::Escape;
using text::log_text;

enum class Target { text, json, journal };

Target target = Target::text;  // set by start()

spdlog::level::level_enum level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return spdlog::level::debug;
    case config::LogLevel::info:
      return spdlog::level::info;
    case config::LogLevel::warning:
      return spdlog::level::warn;
    case config::LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// syslog(3)
std::string priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug:
      return "7";
    case spdlog::level::warn:
      return "4";
    case spdlog::level::err:
      return "3";
    default:
      return "6";
  }
}

// By the names that JSON lines have.
std::vector<std::pair<std::string_view, std::string_view>> named(const Fields& fields) {
  std::vector<std::pair<std::string_view, std::string_view>> all = {
      {"campaign", fields.campaign}, {"account", fields.account}, {"attempt_id", fields.attempt}};
  if (fields.message != nullptr) {
    all.emplace_back("event", fields.message->name);
    all.emplace_back("message_id", fields.message->id);
  }
  std::erase_if(all, [](const auto& field) { return field.second.empty(); });
  return all;
}

std::string as_text(const std::string& message, const Fields& fields) {
  std::string line = log_text(message, Escape::text);
  for (const auto& [name, value] : named(fields)) {
    if (name == "event" || name == "message_id" || message.find(value) != std::string::npos) continue;
    line.append(" ").append(name).append("=").append(log_text(value, Escape::text));
  }
  return line;
}

// What follows time and level.
std::string as_json(const std::string& message, const Fields& fields) {
  std::string members = "\"message\":\"" + log_text(message, Escape::json) + "\"";
  for (const auto& [name, value] : named(fields)) {
    members.append(",\"").append(name).append("\":\"").append(log_text(value, Escape::json)).append("\"");
  }
  return members;
}

bool to_journal(spdlog::level::level_enum level, const std::string& message, const Fields& fields) {
  std::vector<journal::Field> entry = {
      {"MESSAGE", log_text(message, Escape::text)}, {"PRIORITY", priority_of(level)}, {"SYSLOG_IDENTIFIER", "dialerd"}};
  for (const auto& [name, value] : named(fields)) {
    const std::string_view field = name == "campaign"     ? "CAMPAIGN"
                                   : name == "account"    ? "ACCOUNT"
                                   : name == "attempt_id" ? "ATTEMPT_ID"
                                   : name == "event"      ? "DIALERD_EVENT"
                                                          : "MESSAGE_ID";
    entry.emplace_back(field, log_text(value, Escape::text));
  }
  return journal::send(entry);
}

void write(spdlog::level::level_enum level, const std::string& message, const Fields& fields) {
  spdlog::logger* const logger = spdlog::default_logger_raw();
  if (!logger->should_log(level)) return;
  if (target == Target::journal && to_journal(level, message, fields)) return;
  logger->log(level, target == Target::json ? as_json(message, fields) : as_text(message, fields));
}

}  // namespace

void start(const config::Logging& logging) {
  target = journal::is_connected(STDERR_FILENO, std::getenv("JOURNAL_STREAM")) ? Target::journal
           : logging.format == config::LogFormat::json                         ? Target::json
                                                                               : Target::text;
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->set_pattern(target == Target::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                                : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v");
  auto logger = std::make_shared<spdlog::logger>("dialerd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::move(formatter));
  logger->set_level(level_of(logging.level));
  spdlog::set_default_logger(std::move(logger));
}

void debug(const std::string& message, const Fields& fields) { write(spdlog::level::debug, message, fields); }
void info(const std::string& message, const Fields& fields) { write(spdlog::level::info, message, fields); }
void warning(const std::string& message, const Fields& fields) { write(spdlog::level::warn, message, fields); }
void error(const std::string& message, const Fields& fields) { write(spdlog::level::err, message, fields); }

}  // namespace dialerd::daemon::log
