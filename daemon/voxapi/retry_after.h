// The Retry-After header (RFC 9110, 10.2.3): a number of seconds, or the moment from which on to try again.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace dialerd::daemon::voxapi {

using HttpTime = std::chrono::sys_seconds;

inline constexpr std::chrono::seconds retry_after_max = std::chrono::hours(24);

// All three date formats of RFC 9110, 5.6.7. `now` decides the century of the obsolete format's two-digit year.
std::optional<HttpTime> parse_http_date(std::string_view text, HttpTime now);

// How long to wait from `now`, within [0, retry_after_max]; a moment that has passed is 0. Unreadable text is nullopt.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, HttpTime now);

}  // namespace dialerd::daemon::voxapi
