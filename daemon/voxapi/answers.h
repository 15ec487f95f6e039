// What came of one request, read as the answer to what was asked. Pure but for this machine's clock, by which a date is
// read that the server sent without telling its own time.
//
// `key`: the API key, which is kept out of every text.
#pragma once

#include <string>

#include "campaign/call.h"
#include "daemon/voxapi/client.h"
#include "daemon/voxapi/exchange.h"

namespace dialerd::daemon::voxapi {

campaign::CreateAnswer create_answer(const Exchange& exchange, const std::string& key);
ListAnswer list_answer(const Exchange& exchange, const std::string& key);
GetAnswer get_answer(const Exchange& exchange, const std::string& call_id, const std::string& key);

}  // namespace dialerd::daemon::voxapi
