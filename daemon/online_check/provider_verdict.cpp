#include "daemon/online_check/provider_verdict.h"

#include <string_view>
#include <utility>

#include "config/diagnostics.h"

namespace dialerd::daemon::online_check {
namespace {

bool speaks_of(const voxapi::ReadFailure& failure, std::string_view words) {
  return failure.detail.find(words) != std::string::npos;
}

// No answer was read. The words are those of daemon/voxapi/connection.cpp.
Verdict unreachable(const std::string& where, const config::Http& http, const voxapi::ReadFailure& failure) {
  if (speaks_of(failure, "TLS handshake")) {
    const std::string trusted =
        http.ca_file ? "'ca_file' (" + http.ca_file->string() + ")" : "the system's trust store";
    return {false, where + " does not prove who it is: " + failure.detail,
            trusted +
                " must have the authority of that server's certificate, and the certificate the name in "
                "'base_url'"};
  }
  if (speaks_of(failure, "name look-up")) {
    return {false, where + " is not found: " + failure.detail,
            "correct the host in 'base_url', or this machine's name resolution"};
  }
  if (speaks_of(failure, ": connect: ")) {
    return {false, where + " cannot be reached: " + failure.detail,
            "see that 'base_url' is right and that this machine may connect there; proxies are not used"};
  }
  return {false, where + " takes the connection and does not answer: " + failure.detail,
          "see that 'base_url' is right; else try again in a few minutes"};
}

std::string source_of(const config::SecretReference& secret) {
  return secret.kind == config::SecretReference::Kind::credential ? "credential " + config::quote(secret.value)
                                                                  : secret.value;
}

std::string later(const voxapi::ReadFailure& failure) {
  if (!failure.retry_after) return "try again in a few minutes";
  return "try again in " + std::to_string(failure.retry_after->count()) + " seconds";
}

}  // namespace

std::optional<Verdict> judge(const config::Account& account, const config::Http& http,
                             const voxapi::ListAnswer& answer) {
  if (!answer.failure) return std::nullopt;
  const voxapi::ReadFailure& failure = *answer.failure;
  const std::string of_account = "account " + config::quote(account.name) + ": ";
  const std::string where = of_account + account.base_url;
  const std::string told = std::to_string(failure.http_status) + (failure.detail.empty() ? "" : ", " + failure.detail);
  switch (failure.http_status) {
    case 0:
      return unreachable(where, http, failure);
    case 401:
      return Verdict{
          true, of_account + "the provider does not accept the API key (" + told + ")",
          "put the key of this organisation, from the provider's console, into " + source_of(account.api_key)};
    case 402:
      return Verdict{true, of_account + "the provider wants to be paid first (" + told + ")",
                     "settle the organisation's balance in the provider's console"};
    case 403:
      return Verdict{true, of_account + "the provider knows the API key, which may not list calls (" + told + ")",
                     "give the key that right in the provider's console: without it no call can be followed"};
    case 404:
      return Verdict{false, where + " has no /v3/calls (" + told + ")",
                     "correct 'base_url': it is not the voice API's address"};
    case 429:
      return Verdict{
          true,
          of_account + "the provider takes no more requests at the moment (" + told + "), so its key is not proved",
          later(failure)};
    default:
      break;
  }
  if (failure.http_status >= 500) {
    return Verdict{false, where + " answers with an error of its own (" + told + "), so the key is not proved",
                   later(failure)};
  }
  if (failure.http_status >= 200 && failure.http_status <= 299) {
    return Verdict{false, where + " answers something else than a list of calls (" + told + ")",
                   "correct 'base_url': another server, or a proxy, answers there"};
  }
  return Verdict{false, where + " refuses to list calls (" + told + ")",
                 "correct 'base_url' if it is not the voice API's address; else ask the provider"};
}

}  // namespace dialerd::daemon::online_check
