#include "daemon/log.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace dialerd::daemon::log {
namespace {

constexpr std::size_t message_max = 2000;

// The message as the inside of a JSON string, of at most message_max bytes: one event stays one line, whatever is in
// it.
class EscapedMessage final : public spdlog::custom_flag_formatter {
 public:
  explicit EscapedMessage(bool json) : json_(json) {}

  void format(const spdlog::details::log_msg& event, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string_view text(event.payload.data(), event.payload.size());
    if (text.size() > message_max) {
      std::size_t end = message_max;
      while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // never in the middle of a character
      text = text.substr(0, end);
    }
    for (char c : text) {
      auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F) {
        constexpr std::string_view hex = "0123456789abcdef";
        append(out, "\\u00");
        out.push_back(hex[byte >> 4]);
        out.push_back(hex[byte & 0x0F]);
      } else {
        if (json_ && (c == '"' || c == '\\')) out.push_back('\\');
        out.push_back(c);
      }
    }
  }

  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<EscapedMessage>(json_); }

 private:
  static void append(spdlog::memory_buf_t& out, std::string_view text) {
    out.append(text.data(), text.data() + text.size());
  }

  bool json_;
};

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

}  // namespace

void start(const config::Logging& logging) {
  bool json = logging.format == config::LogFormat::json;
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<EscapedMessage>('*', json);
  formatter->set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%*"})"
                              : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %*");
  auto logger = std::make_shared<spdlog::logger>("dialerd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::move(formatter));
  logger->set_level(level_of(logging.level));
  spdlog::set_default_logger(std::move(logger));
}

void debug(const std::string& message) { spdlog::default_logger_raw()->log(spdlog::level::debug, message); }
void info(const std::string& message) { spdlog::default_logger_raw()->log(spdlog::level::info, message); }
void warning(const std::string& message) { spdlog::default_logger_raw()->log(spdlog::level::warn, message); }
void error(const std::string& message) { spdlog::default_logger_raw()->log(spdlog::level::err, message); }

}  // namespace dialerd::daemon::log
