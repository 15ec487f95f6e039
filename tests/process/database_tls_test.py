"""TLS to PostgreSQL with verify-full: the right server is used, and one that cannot prove its name is refused with words
that say what to do."""

import os
import pathlib
import secrets
import shutil
import subprocess
import unittest

from books import check_books
from harness import SOURCE, Database, ProcessTest

LEADS = 20
NAME = "db.dialerd.test"
EXIT_DATABASE = 5


def openssl(*arguments, **options):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, **options)


def authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    return folder / f"{name}.pem"


def certificate(folder, ca, host):
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
            "-keyout", folder / "server.key", "-out", folder / "server.csr")
    (folder / "server.ext").write_text(f"subjectAltName=DNS:{host}\n")
    openssl("x509", "-req", "-days", "2", "-in", folder / "server.csr", "-CA", ca, "-CAkey", ca.with_suffix(".key"),
            "-CAcreateserial", "-extfile", folder / "server.ext", "-out", folder / "server.crt")


class DatabaseTlsTest(ProcessTest):
    migrated = False

    def postgres(self, command, *options):
        done = subprocess.run([SOURCE / "deploy" / "private-postgres", command, self.folder / "postgres", *options],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def make_database(self):
        """A cluster of its own, with a certificate, on an address of the loopback network that nobody else has."""
        self.addCleanup(self.postgres, "stop", "--immediate")
        self.postgres("start", "--small", "--no-fsync")
        self.address = "127." + ".".join(str(secrets.randbelow(250) + 2) for _ in range(3))
        self.ca = authority(self.folder, "authority")
        certificate(self.folder, self.ca, NAME)
        data = self.folder / "postgres" / "data"
        for file in ("server.crt", "server.key"):
            shutil.copy(self.folder / file, data / file)
            os.chown(data / file, data.stat().st_uid, data.stat().st_gid)
            (data / file).chmod(0o600)
        with open(data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(f"\nssl = on\nlisten_addresses = '{self.address}'\n")
        with open(data / "pg_hba.conf", "a", encoding="utf-8") as rules:
            rules.write("hostssl all all 127.0.0.0/8 trust\n")
        self.postgres("stop", "--immediate")
        self.postgres("start", "--small", "--no-fsync")
        return Database(self.postgres("conninfo"))

    def use(self, host=NAME, ca=None, mode="verify-full"):
        self.conninfo = (f"host={host} hostaddr={self.address} port=5432 user=dialerd dbname={self.db.name} "
                         f"sslmode={mode} sslrootcert={ca or self.ca}")
        self.write_config(database={"conninfo": self.conninfo})

    def check_refused(self, *words):
        done = self.command("migrate")
        self.assertEqual(done.returncode, EXIT_DATABASE, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(self.db.value("select to_regclass('dialerd.campaign') is null"), True)

    def test_the_right_server_is_used_and_others_are_refused(self):
        self.use(host="other.dialerd.test")
        self.check_refused(f'server certificate for "{NAME}"', 'does not match host name "other.dialerd.test"',
                           "`host` must be a name that the server's certificate has")
        self.use(ca=authority(self.folder, "another"))
        self.check_refused("certificate verify failed", "sslrootcert must name the authority")
        self.use(ca=pathlib.Path("/nonexistent/ca.pem"))
        self.check_refused("root certificate file", "/nonexistent/ca.pem")

        self.use()
        self.dialerd("migrate")
        self.campaign_of(LEADS, "--ring-ms", "50:100", "--talk-ms", "100:300", limits={"concurrency": 4}, database={"conninfo": self.conninfo})
        daemon = self.start_daemon("--until-done")
        self.sim.wait_for_posts(3)
        sessions = self.db.rows("select s.ssl, s.version from pg_stat_activity a join pg_stat_ssl s using (pid) "
                                f"where a.datname = '{self.db.name}' and a.application_name like 'dialerd%'")
        self.assertGreaterEqual(len(sessions), 3)
        for session in sessions:
            self.assertEqual(session["ssl"], True)
            self.assertIn(session["version"], ("TLSv1.2", "TLSv1.3"))
        self.assertEqual(daemon.wait(30), 0)
        check_books(self, self.db, self.sim.ledger())

        # A server that has lost its certificate is not talked to in the clear.
        self.db.execute("alter system set ssl = off")
        self.db.execute("select pg_reload_conf()")
        self.postgres("stop", "--immediate")
        self.postgres("start", "--small", "--no-fsync")
        done = self.command("status")
        self.assertEqual(done.returncode, EXIT_DATABASE)
        self.assertIn("server does not support SSL", done.stderr)


if __name__ == "__main__":
    unittest.main()
