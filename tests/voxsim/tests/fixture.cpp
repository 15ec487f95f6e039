#include "tests/voxsim/tests/fixture.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace dialerd::voxsim {

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "voxsim-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Simulation::Simulation(Options options) {
  options.tls.self_signed_directory = folder_.path();
  options.ledger_file = folder_ / "ledger.jsonl";
  server_ = std::make_unique<Server>(options);
  server_->start();
}

Options Simulation::instant() {
  Options options;
  options.ring_ms = {0, 0};
  options.talk_ms = {0, 0};
  options.analysis_ms = {0, 0};
  options.limits.refusal_ms = {0, 0};
  return options;
}

std::vector<boost::json::object> Simulation::ledger() const { return read_json_lines(folder_ / "ledger.jsonl"); }

std::vector<boost::json::object> read_json_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<boost::json::object> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(boost::json::parse(line).as_object());
  return lines;
}

std::string call_body(int number, const std::string& attempt_id) {
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "010%08d", number);
  boost::json::object metadata;
  if (!attempt_id.empty()) metadata["attempt_id"] = attempt_id;
  return boost::json::serialize(boost::json::object{
      {"from_number", "07011112222"},
      {"to_number", digits.data()},
      {"agent", {{"agent_id", "3c90c3cc-0d44-4b50-8888-8dd25736052a"}, {"agent_version", "production"}}},
      {"dynamic_variables", {{"customer_name", "홍길동"}}},
      {"metadata", metadata}});
}

const boost::json::value& at(const boost::json::value& value, const std::string& path) {
  return value.at_pointer("/" + path);
}

std::string text(const boost::json::value& value, const std::string& path) {
  const auto& found = at(value, path);
  return found.is_string() ? std::string(found.get_string()) : boost::json::serialize(found);
}

std::vector<std::string> list_all(Client& client, const std::string& query) {
  std::vector<std::string> ids;
  std::string cursor;
  for (int pages = 0; pages < 1000; ++pages) {
    const std::string separator = query.empty() ? "?" : "&";
    const auto page = client.get("/v3/calls" + query + (cursor.empty() ? "" : separator + "cursor=" + cursor)).json();
    for (const auto& item : at(page, "items").as_array()) ids.push_back(text(item, "id"));
    if (at(page, "next_cursor").is_null()) return ids;
    cursor = text(page, "next_cursor");
  }
  throw std::runtime_error("a listing without an end");
}

}  // namespace dialerd::voxsim
