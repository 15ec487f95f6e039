#include "daemon/status_page/page.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "daemon/http_server/response_text.h"
#include "daemon/status_page/assets.h"

namespace dialerd::daemon::status_page {
namespace {

using http_server::Request;
using http_server::Response;

class PageTest : public ::testing::Test {
 protected:
  static Page page(std::optional<BasicLogin> login = std::nullopt) {
    return {std::move(login), [](const std::function<void(std::string)>& answer) { answer("{}\n"); }};
  }

  static Response get(const Page& page, const std::string& target,
                      std::vector<std::pair<std::string, std::string>> headers = {},
                      const std::string& host = "127.0.0.1:9464") {
    Request request;
    request.method = "GET";
    request.target = target;
    request.headers = std::move(headers);
    request.headers.emplace_back("host", host);
    std::optional<Response> answered;
    page.handle(request, [&](Response response) { answered = std::move(response); });
    return answered.value_or(Response{0});
  }

  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [one, value] : response.headers) {
      if (one == name) return value;
    }
    return "";
  }
};

TEST_F(PageTest, ServesThePageAndEveryFileThatItNames) {
  const Response html = get(page(), "/");
  EXPECT_EQ(html.status, 200);
  EXPECT_EQ(html.content_type, "text/html; charset=utf-8");
  for (const Asset& asset : embedded_assets()) {
    if (asset.name == "index.html") continue;
    EXPECT_NE(html.body.find("assets/" + std::string(asset.name)), std::string::npos) << asset.name << " is not used";
    const Response file = get(page(), "/assets/" + std::string(asset.name));
    EXPECT_EQ(file.status, 200);
    EXPECT_EQ(file.body, asset.content);
    EXPECT_EQ(header(file, "Cache-Control"), "public, max-age=31536000, immutable");
  }
}

TEST_F(PageTest, AnswersWithTheStatusAndLetsNobodyKeepIt) {
  const Response status = get(page(), "/api/status?x");
  EXPECT_EQ(status.body, "{}\n");
  EXPECT_EQ(status.content_type, "application/json");
  EXPECT_EQ(header(status, "Cache-Control"), "no-store");
}

TEST_F(PageTest, KnowsNothingElse) {
  for (const char* target : {"/index.html", "/assets/", "/assets/index.html", "/assets/../index.html", "/assets/app.js",
                             "/api/status/", "//", "/favicon.ico", ""}) {
    EXPECT_EQ(get(page(), target).status, 404) << target;
  }
}

TEST_F(PageTest, AllowsNothingFromElsewhereInAnyAnswer) {
  const Page closed = page(BasicLogin("operations", "correct horse battery"));
  for (const Response& response :
       {get(page(), "/"), get(page(), "/api/status"), get(page(), "/nothing"), get(closed, "/")}) {
    EXPECT_EQ(header(response, "Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
              "frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
  }
  EXPECT_NE(http_server::response_text(get(page(), "/"), false, false).find("\r\nX-Content-Type-Options: nosniff\r\n"),
            std::string::npos);
}

TEST_F(PageTest, ShowsNothingWithoutThePassword) {
  const Page closed = page(BasicLogin("operations", "correct horse battery"));
  for (const std::string target : {"/", "/api/status", "/nothing", "/assets/x"}) {
    const Response denied = get(closed, target);
    EXPECT_EQ(denied.status, 401) << target;
    EXPECT_EQ(header(denied, "WWW-Authenticate"), R"(Basic realm="dialerd", charset="UTF-8")");
    EXPECT_EQ(get(closed, target, {{"authorization", "Basic b3BlcmF0aW9uczp3cm9uZw=="}}).status, 401);
  }
  const Response admitted = get(closed, "/", {{"authorization", "Basic b3BlcmF0aW9uczpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="}});
  EXPECT_EQ(admitted.status, 200);
}

// A name of somebody else's that he lets lead here (DNS rebinding): his page could read the answers.
TEST_F(PageTest, WithoutAPasswordItIsAskedForByAddressAlone) {
  for (const char* host : {"127.0.0.1:9464", "127.0.0.1", "[::1]:9464", "[::1]", "localhost:9464", "192.0.2.7:80"}) {
    EXPECT_EQ(get(page(), "/api/status", {}, host).status, 200) << host;
  }
  for (const char* host :
       {"evil.example:9464", "evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example"}) {
    EXPECT_EQ(get(page(), "/api/status", {}, host).status, 421) << host;
    EXPECT_EQ(get(page(), "/", {}, host).status, 421) << host;
  }
  EXPECT_EQ(get(page(), "/", {{"host", "127.0.0.1"}}).status, 421) << "two of them";
  const Page closed = page(BasicLogin("operations", "correct horse battery"));
  EXPECT_EQ(
      get(closed, "/", {{"authorization", "Basic b3BlcmF0aW9uczpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="}}, "ops.example").status,
      200)
      << "a proxy's own name";
}

}  // namespace
}  // namespace dialerd::daemon::status_page
