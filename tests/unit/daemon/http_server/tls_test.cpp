#include <filesystem>
#include <fstream>
#include <memory>

#include "../voxapi/certificates.h"
#include "server_fixture.h"
#include <openssl/pem.h>
#include <stdlib.h>

#include "daemon/http_server/temporary_failure.h"

namespace dialerd::daemon::http_server::testing {
namespace {

using voxapi::testing::Authority;
using voxapi::testing::Certificate;

class TlsServerTest : public ServerTest {
 protected:
  TlsServerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "dialerd-tls-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = name;
    show(authority_.issue("DNS:localhost"));
  }
  ~TlsServerTest() override { std::filesystem::remove_all(folder_); }

  config::TlsFiles files() const { return {folder_ / "cert.pem", folder_ / "key.pem"}; }

  void show(const Certificate& certificate) const {
    write(files().certificate, certificate.certificate_pem);
    write(files().key, certificate.private_key_pem);
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  static std::string encrypted(const std::string& key_pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(
        BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    std::string phrase = "a pass phrase";
    if (PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(), phrase.data(),
                                      static_cast<int>(phrase.size()), nullptr, nullptr) != 1) {
      throw std::runtime_error("encrypting a key failed");
    }
    const char* text = nullptr;
    const long length = BIO_ctrl(out.get(), BIO_CTRL_INFO, 0, &text);
    return {text, static_cast<std::size_t>(length)};
  }

  Authority authority_{"an authority"};
  std::filesystem::path folder_;
};

TEST_F(TlsServerTest, SpeaksTls) {
  start({}, files());
  Client client(port(), true);
  ASSERT_TRUE(client.connected());
  for (const std::string& body : {std::string("hello"), std::string(200'000, 'x')}) {
    client.send(post("/", body));
    EXPECT_EQ(client.read().body, body);
  }
  client.send(post("/refused", "x"));
  EXPECT_EQ(client.read().status, 404);
  EXPECT_TRUE(client.closed());
}

TEST_F(TlsServerTest, SpeaksNothingElse) {
  start({}, files());
  for (const std::string& text : {post("/", "in the clear"), std::string("\0\xFF\x80 garbage", 11)}) {
    Client client(port());
    client.send(text);
    client.finish_sending();
    while (client.read().status != 0) {
    }
  }
  wait_for([&] { return refused(reason::tls) == 2; }, "both were refused");
  EXPECT_TRUE(handler_.handled().empty());
}

TEST_F(TlsServerTest, EndsHandshakesThatDoNotCome) {
  Limits limits;
  limits.handshake = 100ms;
  start(limits, files());
  Client silent(port());
  EXPECT_TRUE(silent.closed());
  wait_for([&] { return refused(reason::tls) == 1; }, "it is counted");
}

TEST_F(TlsServerTest, AHandshakeThatDoesNotComeKeepsNobodyOut) {
  Limits limits;
  limits.connections = 2;
  start(limits, files());
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(std::make_unique<Client>(port()));
  Client client(port(), true);
  ASSERT_TRUE(client.connected());
  client.send(post("/", "hi"));
  EXPECT_EQ(client.read().body, "hi");
}

TEST_F(TlsServerTest, TakesUpARenewedCertificate) {
  TlsIdentity identity(files(), [this](const std::string& warning) { warnings_.push_back(warning); });
  const auto begin = TlsIdentity::Clock::now();
  const auto first = identity.context(begin);
  EXPECT_EQ(identity.context(begin + 1min), first) << "nothing has changed";

  const auto touch = [&](int seconds) {
    const auto time = std::filesystem::file_time_type::clock::now() + std::chrono::seconds(seconds);
    std::filesystem::last_write_time(files().certificate, time);
    std::filesystem::last_write_time(files().key, time);
  };
  write(files().certificate, "no certificate");
  touch(10);
  EXPECT_EQ(identity.context(begin + 2min), first);
  EXPECT_EQ(identity.context(begin + 3min), first);
  ASSERT_EQ(warnings_.size(), 1U) << "said once";
  EXPECT_NE(warnings_[0].find("cert.pem: cannot be read as a certificate"), std::string::npos) << warnings_[0];

  show(authority_.issue("DNS:localhost"));
  touch(20);
  EXPECT_EQ(identity.context(begin + 3min + 1s), first) << "not looked at yet";
  EXPECT_NE(identity.context(begin + 4min), first);
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(TlsServerTest, SaysWhatIsWrongWithItsFilesAndWhetherItMayPass) {
  const auto fault = [&] {
    const std::size_t folder = (folder_.string() + "/").size();
    try {
      TlsIdentity identity(files(), [](const std::string&) {});
    } catch (const TemporaryFailure& error) {
      return "for now: " + std::string(error.what()).substr(folder);
    } catch (const std::runtime_error& error) {
      return std::string(error.what()).substr(folder);
    }
    return std::string("none");
  };
  EXPECT_EQ(fault(), "none");
  std::filesystem::permissions(files().key, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_EQ(fault(), "key.pem: others may read this TLS key; chmod 0600 (or 0640) it");
  const Certificate other = authority_.issue("DNS:localhost");
  write(files().key, other.private_key_pem);
  EXPECT_NE(fault().find("for now: key.pem: "), std::string::npos) << "the certificate is about to follow";
  write(files().key, encrypted(other.private_key_pem));
  EXPECT_EQ(fault(), "key.pem: this TLS key is encrypted; give one without a pass phrase") << "asked of nobody";
  std::filesystem::remove(files().key);
  EXPECT_EQ(fault(), "for now: key.pem: the TLS key cannot be reached");
  std::filesystem::remove(files().certificate);
  write(files().key, other.private_key_pem);
  EXPECT_NE(fault().find("for now: cert.pem: "), std::string::npos);
}

// Each handshake costs the server a signature: whoever is in must not ask for one after the other.
TEST_F(TlsServerTest, RefusesAnotherHandshakeWithinAConnection) {
  start({}, files());
  Client client(port(), true, TLS1_2_VERSION);
  ASSERT_TRUE(client.connected());
  EXPECT_FALSE(client.renegotiate());
}

}  // namespace
}  // namespace dialerd::daemon::http_server::testing
