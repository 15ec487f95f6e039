#include "client_test.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "daemon/boot_time.h"

namespace dialerd::daemon::voxapi::testing {

ClientTest::ClientTest() {
  std::string pattern = (std::filesystem::temp_directory_path() / "dialerd-voxapi-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder for the test");
  folder_ = pattern;
}

ClientTest::~ClientTest() {
  if (server_) {
    std::map<std::string, int> times_sent;
    for (const std::string& request : server_->requests()) {
      if (request.starts_with("POST")) ++times_sent[request.substr(request.find("\r\n\r\n"))];
    }
    for (const auto& [body, times] : times_sent) EXPECT_EQ(times, 1) << body;
  }
  client_.reset();
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const Authority& ClientTest::authority() {
  static const Authority instance("dialerd test authority");
  return instance;
}

std::filesystem::path ClientTest::write_file(const std::string& name, const std::string& text) const {
  const auto path = folder_ / name;
  std::ofstream(path) << text;
  return path;
}

TlsServer& ClientTest::start_server(Script script, TlsServer::Options options) {
  static const Certificate certificate = authority().issue("DNS:localhost,IP:127.0.0.1");
  server_ = std::make_unique<TlsServer>(certificate, std::move(script), std::move(options));
  return *server_;
}

TlsServer& ClientTest::start_server_named(const std::string& names, Script script) {
  server_ = std::make_unique<TlsServer>(authority().issue(names), std::move(script));
  return *server_;
}

TlsServer& ClientTest::start_server_with(const Certificate& certificate, Script script, TlsServer::Options options) {
  server_ = std::make_unique<TlsServer>(certificate, std::move(script), std::move(options));
  return *server_;
}

Client& ClientTest::start_client(const std::function<void(ClientSettings&)>& change) {
  ClientSettings settings;
  if (server_) settings.base_url = "https://localhost:" + std::to_string(server_->port());
  settings.api_key = api_key;
  settings.http.ca_file = write_file("ca.pem", authority().certificate_pem());
  change(settings);
  client_ = std::make_unique<Client>(io_, settings);
  return *client_;
}

void ClientTest::run_until(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!done()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "nothing came within ten seconds";
    io_.restart();
    io_.run_one_for(20ms);
  }
}

void ClientTest::run_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  run_until([end] { return std::chrono::steady_clock::now() >= end; });
}

std::shared_ptr<std::optional<CreateAnswer>> ClientTest::begin_create(std::chrono::milliseconds send_within) {
  campaign::CallRequest request;
  request.from_number = "07011112222";
  request.to_number = "01012345678";
  request.agent_id = "f0e1d2c3-0000-4000-8000-000000000001";
  request.agent_version = "production";
  request.metadata = {{"attempt_id", "attempt-" + std::to_string(++created_)}};
  auto answer = std::make_shared<std::optional<CreateAnswer>>();
  const auto returned = std::make_shared<bool>(false);
  client_->create_call(request, boot_time() + send_within, [answer, returned](CreateAnswer given) {
    EXPECT_TRUE(*returned) << "called from inside the call that started it";
    EXPECT_FALSE(answer->has_value()) << "answered twice";
    *answer = std::move(given);
  });
  *returned = true;
  return answer;
}

CreateAnswer ClientTest::wait(const std::shared_ptr<std::optional<CreateAnswer>>& answer) {
  run_until([&] { return answer->has_value(); });
  return answer->value_or(CreateAnswer{});
}

ListAnswer ClientTest::list(const ListQuery& query) {
  std::optional<ListAnswer> answer;
  client_->list_calls(query, [&answer](ListAnswer given) { answer = std::move(given); });
  run_until([&] { return answer.has_value(); });
  return answer.value_or(ListAnswer{});
}

GetAnswer ClientTest::get(const std::string& call_id) {
  std::optional<GetAnswer> answer;
  client_->get_call(call_id, [&answer](GetAnswer given) { answer = std::move(given); });
  run_until([&] { return answer.has_value(); });
  return answer.value_or(GetAnswer{});
}

Script serving(std::function<void(Session&)> answer) {
  return [answer = std::move(answer)](Session& session) {
    while (session.read_request()) answer(session);
  };
}

Script accepting_calls() {
  return serving([](Session& session) { session.accept_call(); });
}

}  // namespace dialerd::daemon::voxapi::testing
