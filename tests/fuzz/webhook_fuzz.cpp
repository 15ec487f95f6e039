// Any bytes as a request to the webhook receiver, from HTTP to what would be kept. `X-Signature: valid` stands for a
// signature that fits the body, which no fuzzer would find.
#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "promise.h"
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "daemon/http_server/server.h"
#include "daemon/voxapi/detail.h"
#include "daemon/webhook/envelope.h"
#include "daemon/webhook/receiver.h"

namespace dialerd::fuzz {
namespace {

namespace http = boost::beast::http;
using namespace daemon;

const std::string secret = "an-unguessable-secret-of-the-path";
const std::string signing_key = "a key";

std::string hex_hmac(const std::string& body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), signing_key.data(), static_cast<int>(signing_key.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    char pair[3];
    std::snprintf(pair, sizeof(pair), "%02x", digest[i]);
    text += pair;
  }
  return text;
}

// As the server reads it (daemon/http_server/conversation.cpp), within the server's bounds.
std::optional<http_server::Request> read_request(std::string_view bytes) {
  const http_server::Limits limits;
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.header_limit(limits.header_bytes_max);
  parser.body_limit(limits.body_bytes_max);
  while (!bytes.empty() && !parser.is_done()) {
    boost::system::error_code error;
    const std::size_t taken = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    if (error) return std::nullopt;
  }
  if (!parser.is_done()) return std::nullopt;
  const auto message = parser.release();
  const auto text = [](auto view) { return std::string(view.data(), view.size()); };
  http_server::Request request;
  request.method = text(message.method_string());
  request.target = text(message.target());
  for (const auto& field : message) {
    std::string name = text(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers.emplace_back(std::move(name), text(field.value()));
  }
  request.body = message.body();
  for (auto& [name, value] : request.headers) {
    if (name == "x-signature" && value == "valid") value = "sha256=" + hex_hmac(request.body);
  }
  return request;
}

std::vector<webhook::Endpoint> endpoints() {
  config::WebhookSignature signature;
  signature.header = "X-Signature";
  signature.prefix = "sha256=";
  std::vector<webhook::Endpoint> all;
  all.push_back({"open", webhook::PathSecrets({secret}), std::nullopt, false, {}});
  all.push_back(
      {"signed", webhook::PathSecrets({secret}), webhook::SignatureCheck(signature, {signing_key}), true, {}});
  all.push_back({"near", webhook::PathSecrets({secret}), std::nullopt, false, {*config::parse_ip_range("10.0.0.0/8")}});
  return all;
}

void check_kept(const storage::Webhook& kept, const std::string& body) {
  promise(kept.body == body, "the body is kept as it came");
  promise(!kept.call_id.empty(), "what is kept names a call");
  promise(kept.account == "signed" || !kept.trusted, "only a signature is trusted");
  for (const std::string& word : {kept.event, kept.version}) {
    promise(voxapi::clean_text(word, webhook::word_bytes_max) == word, "words are clean, bounded text");
  }
}

void receive(http_server::Request request) {
  int asked = 0;
  bool kept = false;
  const std::string body = request.body;
  webhook::Receiver receiver(
      endpoints(), {*config::parse_ip_range("127.0.0.0/8")},
      [&](storage::Webhook webhook, const webhook::Receiver::KeepDone& done) {
        ++asked;
        check_kept(webhook, body);
        constexpr webhook::Keeping outcomes[] = {webhook::Keeping::kept, webhook::Keeping::too_late,
                                                 webhook::Keeping::too_many, webhook::Keeping::refused};
        const webhook::Keeping outcome = outcomes[webhook.call_id.size() % std::size(outcomes)];
        kept = outcome == webhook::Keeping::kept;
        done(outcome);
      },
      [](std::string_view, const std::optional<config::IpAddress>&) {});
  request.peer = *config::parse_ip_address("127.0.0.1");
  const http_server::Admission admission = receiver.admit(request);
  if (admission.refusal) {
    promise(admission.refusal->status >= 400 && admission.refusal->status <= 499, "a refusal says so");
    return;
  }
  promise(request.target.find(secret) != std::string::npos, "nothing without the path's secret is admitted");
  const auto signatures = request.header("x-signature");
  const bool is_signed = signatures.size() == 1 && signatures.front().size() == 7 + 64 &&
                         signatures.front().starts_with("sha256=") &&
                         std::equal(signatures.front().begin() + 7, signatures.front().end(), hex_hmac(body).begin(),
                                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  std::optional<http_server::Response> response;
  receiver.handle(std::move(request), admission.route, [&](http_server::Response given) {
    promise(!response, "one answer");
    response = std::move(given);
  });
  promise(response.has_value(), "an answer");
  promise(asked <= 1 && kept == (response->status == 204), "success is what is kept, and nothing else");
  promise((response->status == 503) == (asked == 1 && !kept), "what is not kept is to be sent again");
  if (admission.route == 1 && asked == 1) promise(is_signed, "nothing unsigned is kept where a signature is asked for");
}

void read_addresses(std::string_view text) {
  if (const auto address = config::parse_ip_address(text)) {
    promise(config::parse_ip_address(config::to_string(*address)) == address, "an address comes back");
  }
  if (const auto range = config::parse_ip_range(text)) {
    promise(range->prefix >= 0 && range->prefix <= 128 && range->contains(range->first), "a range holds its first");
  }
}

}  // namespace
}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd::fuzz;
  const std::string_view bytes = text_of(data, size);
  if (auto request = read_request(bytes)) receive(*std::move(request));
  (void)webhook::read_envelope(bytes);
  (void)webhook::parse_webhook_path(bytes);
  read_addresses(bytes);
  return 0;
}
