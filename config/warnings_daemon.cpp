#include <algorithm>
#include <iterator>
#include <string>
#include <system_error>

#include "config/campaign_files.h"
#include "config/document.h"
#include "config/place.h"
#include "config/units.h"
#include "config/warnings.h"

namespace dialerd::config {
namespace {

bool is_loopback(const IpAddress& address) {
  static const IpRange ipv4 = *parse_ip_range("127.0.0.0/8");
  static const IpRange ipv6 = *parse_ip_range("::1");
  return ipv4.contains(address) || ipv6.contains(address);
}

class DaemonWarnings {
 public:
  explicit DaemonWarnings(const DaemonConfig& daemon) : daemon_(daemon), diagnostics_(daemon.file) {
    diagnostics_.set_text(daemon.source);
  }

  void patterns() {
    Diagnostics ignored{{}};
    const auto root = parse_document(daemon_.source, ignored);
    const Entry* entry = root ? find(*root, "campaigns") : nullptr;
    if (entry == nullptr) return;
    for (const Node& item : entry->value.items) {
      // A path that is no pattern must be a file: that is an error of its own.
      if (item.text.find_first_of("*?[\\") == std::string::npos) continue;
      if (matches_a_file(absolute_pattern(item.text, daemon_.file.parent_path()))) continue;
      diagnostics_.add(item.at, "no file matches " + quote(item.text),
                       "check the folder and the ending, or remove the pattern; without a file no campaign calls",
                       Severity::warning);
    }
  }

  void limits() {
    for (const Account& account : daemon_.accounts) {
      warn_of_limits(account.limits, {"accounts", account.name, "limits"}, daemon_.source, diagnostics_);
      for (const auto& [number, caller] : account.caller_numbers) {
        warn_of_limits(caller.limits, {"accounts", account.name, "caller_numbers", number, "limits"}, daemon_.source,
                       diagnostics_);
      }
    }
  }

  void timeouts() {
    if (daemon_.drain_timeout >= daemon_.http.response_timeout) return;
    warn({"drain_timeout"},
         "'drain_timeout' (" + format_duration(daemon_.drain_timeout) + ") is shorter than 'http.response_timeout' (" +
             format_duration(daemon_.http.response_timeout) + ")",
         "raise it: a stop would leave calls in doubt whose answer is still to come");
  }

  void listeners() {
    if (!daemon_.monitoring || daemon_.monitoring->basic_auth || is_loopback(daemon_.monitoring->address.address))
      return;
    warn({"monitoring", "listen"}, "the status page is open to whoever reaches this address",
         "add 'basic_auth: {user: NAME, password: {credential: NAME}}', or listen on 127.0.0.1");
  }

  void files() {
    if (daemon_.http.ca_file) file({"http", "ca_file"}, *daemon_.http.ca_file);
    if (daemon_.database.password) secret({"database", "password"}, *daemon_.database.password);
    for (const Account& account : daemon_.accounts) {
      secret({"accounts", account.name, "api_key"}, account.api_key);
      if (!account.webhook) continue;
      for (const SecretReference& reference : account.webhook->path_secrets) {
        secret({"accounts", account.name, "webhook", "path_secrets"}, reference);
      }
      if (!account.webhook->signature) continue;
      for (const SecretReference& reference : account.webhook->signature->secrets) {
        secret({"accounts", account.name, "webhook", "signature", "secrets"}, reference);
      }
    }
    if (daemon_.webhook && daemon_.webhook->tls) {
      file({"webhook", "tls", "certificate"}, daemon_.webhook->tls->certificate);
      file({"webhook", "tls", "key"}, daemon_.webhook->tls->key);
    }
    if (daemon_.monitoring && daemon_.monitoring->basic_auth) {
      secret({"monitoring", "basic_auth", "password"}, daemon_.monitoring->basic_auth->password);
    }
  }

  std::vector<Diagnostic> take() { return diagnostics_.take(); }

 private:
  using Path = std::initializer_list<std::string_view>;

  void warn(Path path, std::string what, std::string remedy) {
    diagnostics_.add(place_of(daemon_.source, path), std::move(what), std::move(remedy), Severity::warning);
  }

  // One that may be there and only not for us to see, in a folder of the daemon's own, is not complained of.
  void file(Path path, const std::filesystem::path& name) {
    std::error_code error;
    if (std::filesystem::exists(name, error) || error) return;
    warn(path, quote(*std::prev(path.end())) + ": the file " + quote(name.string()) + " does not exist",
         "the daemon would not start; check the path");
  }

  // A credential is there only for the service.
  void secret(Path path, const SecretReference& reference) {
    if (reference.kind == SecretReference::Kind::file) file(path, reference.value);
  }

  const DaemonConfig& daemon_;
  Diagnostics diagnostics_;
};

}  // namespace

std::vector<Diagnostic> warnings_of(const DaemonConfig& daemon) {
  DaemonWarnings warnings(daemon);
  warnings.patterns();
  warnings.limits();
  warnings.timeouts();
  warnings.listeners();
  warnings.files();
  return warnings.take();
}

std::vector<Diagnostic> warnings_of(const DaemonConfig& daemon, const std::vector<CampaignConfig>& campaigns,
                                    const std::vector<std::filesystem::path>& files) {
  std::vector<Diagnostic> all = warnings_of(daemon);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  for (std::size_t i = 0; i < std::min(campaigns.size(), files.size()); ++i) {
    std::ranges::move(warnings_of(campaigns[i], files[i], today), std::back_inserter(all));
  }
  return all;
}

}  // namespace dialerd::config
