#include "daemon/voxapi/client.h"

#include <utility>

#include "daemon/voxapi/answer_class.h"
#include "daemon/voxapi/detail.h"
#include "daemon/voxapi/pool.h"
#include "daemon/voxapi/reading.h"
#include "daemon/voxapi/request.h"
#include "daemon/voxapi/retry_after.h"
#include "daemon/voxapi/tls.h"

namespace dialerd::daemon::voxapi {
namespace {

using campaign::AnswerKind;
using campaign::CreateAnswer;

// Kept by every request under way, so that no answer's text can hold the key.
using SharedKey = std::shared_ptr<const std::string>;

bool is_success(const Exchange& exchange) {
  return exchange.result == Exchange::Result::answered && exchange.status >= 200 && exchange.status <= 299;
}

std::chrono::sys_seconds this_machines_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// A date is meant by the server's clock; ours serves when the answer does not tell it.
std::optional<std::chrono::seconds> retry_after_of(const Exchange& exchange) {
  if (exchange.retry_after.empty()) return std::nullopt;
  const auto here = this_machines_time();
  return parse_retry_after(exchange.retry_after, parse_http_date(exchange.date, here).value_or(here));
}

CreateAnswer create_answer(const Exchange& exchange, const std::string& key) {
  if (exchange.result == Exchange::Result::answered) {
    CreateBody body;
    if (is_success(exchange)) {
      body.call_id = read_call_id(exchange.body);
    } else {
      body.error = make_detail(read_error(exchange.body), key);
    }
    return classify_create(exchange.status, body, retry_after_of(exchange));
  }
  CreateAnswer answer;
  answer.kind = exchange.result == Exchange::Result::not_sent ? AnswerKind::not_sent : AnswerKind::unknown;
  answer.http_status = exchange.status;
  answer.detail = make_detail(exchange.failure, key);
  return answer;
}

ReadFailure read_failure(const Exchange& exchange, const std::string& key) {
  ReadFailure failure;
  failure.http_status = exchange.status;
  failure.retry_after = retry_after_of(exchange);
  if (exchange.result != Exchange::Result::answered) {
    failure.detail = make_detail(exchange.failure, key);
  } else if (is_success(exchange)) {
    failure.detail = "the answer is not what was asked for";
  } else {
    failure.detail = make_detail(read_error(exchange.body), key);
  }
  return failure;
}

ListAnswer list_answer(const Exchange& exchange, const std::string& key) {
  ListAnswer answer;
  if (is_success(exchange)) answer.page = read_list(exchange.body);
  if (!answer.page) {
    answer.failure = read_failure(exchange, key);
  } else if (!exchange.date.empty()) {
    answer.page->server_time = parse_http_date(exchange.date, this_machines_time());
  }
  return answer;
}

GetAnswer get_answer(const Exchange& exchange, const std::string& call_id, const std::string& key) {
  GetAnswer answer;
  if (is_success(exchange)) answer.call = read_call(exchange.body);
  if (answer.call && answer.call->call_id != call_id) answer.call.reset();  // news of another call settles nothing
  if (!answer.call) answer.failure = read_failure(exchange, key);
  return answer;
}

}  // namespace

class Client::Impl {
 public:
  Impl(boost::asio::io_context& io, const ClientSettings& settings, const Endpoint& endpoint)
      : key_(std::make_shared<const std::string>(settings.api_key)),
        writer_(endpoint.authority, settings.api_key),
        pool_(std::make_shared<Pool>(
            ConnectionSettings{io, make_tls_context(settings.http.ca_file), endpoint, settings.http})) {}

  const SharedKey& key() const { return key_; }
  const RequestWriter& writer() const { return writer_; }
  Pool& pool() { return *pool_; }

 private:
  SharedKey key_;
  RequestWriter writer_;
  std::shared_ptr<Pool> pool_;  // shared with its connections, which may outlive the client by a turn of the loop
};

Client::Client(boost::asio::io_context& io, ClientSettings settings)
    : impl_(std::make_shared<Impl>(io, settings, parse_base_url(settings.base_url))) {}

Client::~Client() = default;

void Client::create_call(const campaign::CallRequest& request, campaign::MonoTime send_by,
                         std::function<void(CreateAnswer)> done) {
  impl_->pool().submit({.request = impl_->writer().create_call(request),
                        .send_by = send_by,
                        .done = [key = impl_->key(), done = std::move(done)](const Exchange& exchange) {
                          done(create_answer(exchange, *key));
                        }});
}

void Client::list_calls(const ListQuery& query, std::function<void(ListAnswer)> done) {
  impl_->pool().submit({.request = impl_->writer().list_calls(query),
                        .send_by = std::nullopt,
                        .done = [key = impl_->key(), done = std::move(done)](const Exchange& exchange) {
                          done(list_answer(exchange, *key));
                        }});
}

void Client::get_call(const std::string& call_id, std::function<void(GetAnswer)> done) {
  impl_->pool().submit({.request = impl_->writer().get_call(call_id),
                        .send_by = std::nullopt,
                        .done = [key = impl_->key(), call_id, done = std::move(done)](const Exchange& exchange) {
                          done(get_answer(exchange, call_id, *key));
                        }});
}

void Client::close() { impl_->pool().close(); }

ClientStatistics Client::statistics() const { return impl_->pool().statistics(); }

}  // namespace dialerd::daemon::voxapi
