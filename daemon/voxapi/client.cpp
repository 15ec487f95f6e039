#include "daemon/voxapi/client.h"

#include <utility>

#include "daemon/voxapi/answers.h"
#include "daemon/voxapi/pool.h"
#include "daemon/voxapi/request.h"
#include "daemon/voxapi/tls.h"

namespace dialerd::daemon::voxapi {
namespace {

// Kept by every request under way, so that no answer's text can hold the key.
using SharedKey = std::shared_ptr<const std::string>;

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
                         std::function<void(campaign::CreateAnswer)> done) {
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
