// The bodies of the API's answers, read with tolerance: fields may be missing, null or of another type, enums may grow.
// Nothing here throws for what a body holds, however strange (docs: calls/get, calls/list, errors).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "campaign/call.h"
#include "daemon/voxapi/client.h"

namespace boost::json {
class object;
}

namespace dialerd::daemon::voxapi {

inline constexpr std::size_t call_id_bytes_max = 200;
inline constexpr std::size_t enum_bytes_max = 100;  // of a status or a disconnection reason
// Of each text of a call's details, which is cut there: JSON is then JSON no more, but text that begins like it.
inline constexpr std::size_t details_bytes_max = 64 * 1024;

// The `id` of a call object: printable ASCII of at most call_id_bytes_max. Empty when there is no such thing.
std::string read_call_id(std::string_view body);

// Nullopt when the body is not an object with a usable `id`. A status or reason that is missing or not text is empty.
std::optional<campaign::CallNews> read_call(std::string_view body);
std::optional<campaign::CallNews> read_call(const boost::json::object& call);  // likewise, of one that is parsed

// Nullopt when the body is not an object with an `items` array and a `next_cursor` that is text, null or missing.
std::optional<ListPage> read_list(std::string_view body);

// "CODE: message (field: reason)" from an error body, else the beginning of a body that is not JSON, else empty. Not
// yet fit for a log: it goes through make_detail (detail.h).
std::string read_error(std::string_view body);

}  // namespace dialerd::daemon::voxapi
