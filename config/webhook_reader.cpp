#include "config/webhook_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "config/map_reader.h"
#include "config/secrets.h"

namespace dialerd::config {
namespace {

constexpr std::string_view systemd = "systemd";

// "127.0.0.1:8080" or "[::1]:8080". Names are refused: what they mean at a start may change with the network.
std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (in_brackets != (host.find(':') != std::string_view::npos)) return std::nullopt;
  const auto address = parse_ip_address(host);
  if (!address) return std::nullopt;

  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return ListenAddress{*address, port};
}

std::optional<ListenAddress> read_listen_address(const Node& node, std::string_view remedy, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text(R"(^(\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}$)");
    return std::nullopt;
  }
  const auto text = read_text(node, "listen", diagnostics);
  if (!text) return std::nullopt;
  auto address = parse_listen_address(*text);
  if (!address) diagnostics.add(node.at, "'listen' is no address with a port: " + quote(*text), std::string(remedy));
  return address;
}

std::vector<IpRange> read_ranges(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  std::vector<IpRange> ranges;
  if (!is_list(node, name, std::string(name) + ": [203.0.113.0/24]", diagnostics)) return ranges;
  if (node.schema != nullptr) node.items.front().schema->quoted_text(R"(^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$)");
  for (const Node& item : node.items) {
    if (item.schema != nullptr) continue;
    const auto text = read_text(item, name, diagnostics);
    if (!text) continue;
    if (const auto range = parse_ip_range(*text)) {
      ranges.push_back(*range);
    } else {
      diagnostics.add(item.at, quote(name) + " has no range of addresses in " + quote(*text),
                      "write an address or ADDRESS/BITS, IPv4 or IPv6, with no bit set past the first BITS");
    }
  }
  return ranges;
}

std::vector<SecretReference> read_secrets(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  std::vector<SecretReference> secrets;
  if (node.schema != nullptr) {
    read_secret_reference(node.schema->list(1, 2).place(), name, diagnostics);
    return secrets;
  }
  if (node.kind == Node::Kind::scalar) {
    diagnostics.conceal(node.at);
    diagnostics.add(node.at, quote(name) + " holds a secret written in the file",
                    "write '" + std::string(name) + ": [{credential: NAME}]' and keep the secret there");
    return secrets;
  }
  if (!is_list(node, name, std::string(name) + ": [{credential: NAME}]", diagnostics)) return secrets;
  if (node.items.size() > 2) {
    diagnostics.add(node.items[2].at, quote(name) + " has more than two secrets",
                    "keep the one that is used and the one that comes after it");
    return secrets;
  }
  for (const Node& item : node.items) {
    auto secret = read_secret_reference(item, name, diagnostics);
    if (!secret) continue;
    if (std::ranges::find(secrets, *secret) != secrets.end()) {
      diagnostics.add(item.at, quote(name) + " names the same secret twice", "remove one of them");
      continue;
    }
    secrets.push_back(std::move(*secret));
  }
  return secrets;
}

void read_absolute_path(const Node& node, std::string_view name, std::filesystem::path& target,
                        Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text("^/");
    return;
  }
  const auto text = read_text(node, name, diagnostics);
  if (!text) return;
  if (!text->starts_with('/')) {
    diagnostics.add(node.at, quote(name) + " is no absolute path: " + quote(*text), "write the whole path, from '/'");
    return;
  }
  target = *text;
}

TlsFiles read_tls(const Node& node, Diagnostics& diagnostics) {
  TlsFiles files;
  MapReader map(node, "tls", diagnostics);
  if (const Node* file = map.required("certificate", "certificate: /etc/dialerd/tls/fullchain.pem")) {
    read_absolute_path(*file, "certificate", files.certificate, diagnostics);
  }
  if (const Node* file = map.required("key", "key: /etc/dialerd/tls/privkey.pem")) {
    read_absolute_path(*file, "key", files.key, diagnostics);
  }
  map.finish();
  return files;
}

// A field name of HTTP (RFC 9110, 5.1: a token).
bool is_header_name(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

WebhookSignature read_signature(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<Choice<SignatureAlgorithm>, 3> algorithms = {{{"hmac-sha256", SignatureAlgorithm::hmac_sha256},
                                                                     {"hmac-sha1", SignatureAlgorithm::hmac_sha1},
                                                                     {"hmac-sha512", SignatureAlgorithm::hmac_sha512}}};
  constexpr std::array<Choice<SignatureEncoding>, 2> encodings = {
      {{"hex", SignatureEncoding::hex}, {"base64", SignatureEncoding::base64}}};
  WebhookSignature signature;
  MapReader map(node, "signature", diagnostics);
  map.required_text("header", signature.header, "header: X-Signature");
  if (!is_header_name(signature.header)) {
    diagnostics.add(find(node, "header")->value.at, "'header' is no name of a header: " + quote(signature.header),
                    "write the name alone, for example X-Signature");
  }
  if (node.schema != nullptr) node.schema->key("header").quoted_text("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$");
  map.choice("algorithm", signature.algorithm, algorithms);
  map.choice("encoding", signature.encoding, encodings);
  map.text("prefix", signature.prefix);
  if (const Node* secrets = map.required("secrets", "secrets: [{credential: vox-webhook-key}]")) {
    signature.secrets = read_secrets(*secrets, "secrets", diagnostics);
  }
  map.boolean("trusted", signature.trusted);
  map.finish();
  return signature;
}

}  // namespace

WebhookListener read_webhook_listener(const Node& node, Diagnostics& diagnostics) {
  constexpr std::string_view remedy =
      "write an IP address and a port, such as \"127.0.0.1:8443\" or \"[::]:8443\", or systemd for its sockets";
  WebhookListener listener;
  MapReader map(node, "webhook", diagnostics);
  const Node* listen = map.required("listen", R"(listen: "127.0.0.1:8443")");
  if (listen != nullptr && listen->schema != nullptr) {
    listen->schema->either().words(std::array{systemd});
    read_listen_address(listen->schema->either().place(), remedy, diagnostics);
  } else if (listen != nullptr && !(listen->kind == Node::Kind::scalar && listen->text == systemd)) {
    listener.address = read_listen_address(*listen, remedy, diagnostics);
  }
  if (const Node* tls = map.optional("tls")) listener.tls = read_tls(*tls, diagnostics);
  map.integer("connections", listener.connections, {1, 10'000});
  if (const Node* proxies = map.optional("trusted_proxies")) {
    listener.trusted_proxies = read_ranges(*proxies, "trusted_proxies", diagnostics);
  }
  map.finish();
  return listener;
}

AccountWebhook read_account_webhook(const Node& node, Diagnostics& diagnostics) {
  AccountWebhook webhook;
  MapReader map(node, "webhook", diagnostics);
  if (const Node* secrets = map.required("path_secrets", "path_secrets: [{credential: vox-webhook-path}]")) {
    webhook.path_secrets = read_secrets(*secrets, "path_secrets", diagnostics);
  }
  if (const Node* signature = map.optional("signature")) webhook.signature = read_signature(*signature, diagnostics);
  if (const Node* ranges = map.optional("allow_from")) {
    webhook.allow_from = read_ranges(*ranges, "allow_from", diagnostics);
  }
  map.finish();
  return webhook;
}

namespace {

BasicAuth read_basic_auth(const Node& node, Diagnostics& diagnostics) {
  BasicAuth auth;
  MapReader map(node, "basic_auth", diagnostics);
  map.required_text("user", auth.user, "user: operations");
  const bool fit = std::ranges::none_of(
      auth.user, [](char c) { return c == ':' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!fit) {
    diagnostics.add(find(node, "user")->value.at, "'user' has a ':' or a control character",
                    "write a name without them: a browser could not send it");
  }
  if (const Node* password = map.required("password", "password: {credential: status-page}")) {
    if (auto reference = read_secret_reference(*password, "password", diagnostics)) {
      auth.password = std::move(*reference);
    }
  }
  map.finish();
  return auth;
}

}  // namespace

std::optional<Monitoring> read_monitoring(const Node& node, Diagnostics& diagnostics) {
  MapReader map(node, "monitoring", diagnostics);
  std::optional<ListenAddress> address;
  if (const Node* listen = map.required("listen", R"(listen: "127.0.0.1:9464")")) {
    address = read_listen_address(*listen, "write an IP address and a port, such as \"127.0.0.1:9464\"", diagnostics);
  }
  std::optional<BasicAuth> basic_auth;
  if (const Node* auth = map.optional("basic_auth")) basic_auth = read_basic_auth(*auth, diagnostics);
  map.finish();
  if (!address) return std::nullopt;
  return Monitoring{*address, std::move(basic_auth)};
}

}  // namespace dialerd::config
