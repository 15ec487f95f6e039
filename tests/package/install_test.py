"""The package in a clean Debian: installed with apt, used, upgraded, removed, purged.

Needs root, debootstrap and a mirror; without them it says so and is skipped. The bare system is made once and kept
(DIALERD_CLEAN_DEBIAN); each run works on a copy of it."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

DEB = pathlib.Path(os.environ["DIALERD_DEB"])
CLEAN = pathlib.Path(os.environ["DIALERD_CLEAN_DEBIAN"])


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def mirror():
    """Where this machine gets Debian 12 from."""
    found = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: bookworm",
                "Component: main")
    return found.stdout.split("\n")[0]


def mounted_under(folder):
    mounts = pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return [mount for mount in mounts if pathlib.Path(mount.split()[1]).is_relative_to(folder)]


def make_clean_system():
    if CLEAN.exists():
        return
    unfinished = CLEAN.with_suffix(".unfinished")
    if mounted_under(unfinished):
        raise unittest.SkipTest(f"something is mounted under {unfinished}: umount it first, or removing it removes that too")
    shutil.rmtree(unfinished, ignore_errors=True)
    # debootstrap mounts /proc, /sys and, in a container, this machine's /dev. In a mount namespace of its own they go with it,
    # also when it is killed.
    done = run("unshare", "--mount", "debootstrap", "--variant=minbase", "bookworm", unfinished, mirror())
    if done.returncode != 0:
        raise unittest.SkipTest("debootstrap: " + done.stdout[-300:])
    # As this machine reaches its packages, so does the one in there.
    for name in ("sources.list", "sources.list.d/debian.sources"):
        source = pathlib.Path("/etc/apt", name)
        if source.exists():
            shutil.copy(source, unfinished / "etc/apt" / name)
    for name in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy(pathlib.Path("/", name), unfinished / name)
    proxy = run("apt-config", "dump", "Acquire").stdout
    (unfinished / "etc/apt/apt.conf.d/90as-outside").write_text(
        "".join(line + "\n" for line in proxy.splitlines() if "::Proxy" in line))
    keyring = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    if keyring.exists():
        shutil.copy(keyring, unfinished / keyring.relative_to("/"))
    updated = run("chroot", unfinished, "apt-get", "-q", "update")
    if updated.returncode != 0:
        raise unittest.SkipTest("apt-get update: " + updated.stderr[-300:])
    unfinished.rename(CLEAN)


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.getuid() != 0:
            raise unittest.SkipTest("needs root")
        if shutil.which("debootstrap") is None:
            raise unittest.SkipTest("needs debootstrap")
        make_clean_system()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="dialerd-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = cls.folder / "root"
        copied = run("cp", "-a", "--reflink=auto", CLEAN, cls.root)
        assert copied.returncode == 0, copied.stderr
        shutil.copy(DEB, cls.root / "dialerd.deb")

    def inside(self, *command, expect=0):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        done = run("chroot", self.root, *command, env=environment)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"{' '.join(command)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def mode_and_owner(self, path):
        return self.inside("stat", "-c", "%a %U:%G", path).strip()

    def next_version(self):
        """The same package with a higher version, and another text in its conffile."""
        tree = self.folder / "next"
        self.assertEqual(run("dpkg-deb", "-R", DEB, tree).returncode, 0)
        control = tree / "DEBIAN/control"
        control.write_text(control.read_text().replace("Version: ", "Version: 9+"))
        with open(tree / "etc/dialerd/dialerd.yaml", "a", encoding="utf-8") as conffile:
            conffile.write("# said by the next version\n")
        (tree / "DEBIAN/md5sums").unlink()
        self.assertEqual(run("dpkg-deb", "-b", "--root-owner-group", tree, self.root / "next.deb").returncode, 0)

    def test_install_use_upgrade_remove_purge(self):
        self.inside("apt-get", "-qy", "--no-install-recommends", "install", "/dialerd.deb")
        self.assertRegex(self.inside("dialerd", "--version"), r"^dialerd \d")
        self.assertRegex(self.inside("getent", "passwd", "dialerd"), r"^dialerd:x:\d+:\d+:.*:/var/lib/dialerd:.*nologin\n$")
        for path, expected in {"/etc/dialerd/dialerd.yaml": "644 root:root", "/etc/dialerd/campaigns": "755 root:root",
                               "/etc/dialerd/credentials": "700 root:root", "/var/lib/dialerd": "750 dialerd:dialerd",
                               "/usr/bin/dialerd": "755 root:root"}.items():
            self.assertEqual(self.mode_and_owner(path), expected, path)
        # Nothing dials by itself: the service is neither enabled nor started.
        self.assertEqual(list((self.root / "etc/systemd/system").glob("*.wants/dialerd*")), [])
        # All that the unit runs is there, where nothing is installed but what the package asks for.
        verdict = self.inside("systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                              "/lib/systemd/system/dialerd.service", expect=None)
        self.assertNotIn("dialerd.service:", verdict)
        # What the binary brings along is found.
        self.assertEqual(self.inside("find", "/usr/share/man/man1", "-name", "dialerd-run.1.gz"),
                         "/usr/share/man/man1/dialerd-run.1.gz\n")
        self.assertIn("no errors", self.inside("dialerd", "check"))
        self.inside("sh", "-c", "cd /tmp && dialerd init")
        self.assertTrue((self.root / "usr/share/bash-completion/completions/dialerd").exists())
        self.assertEqual(json.loads((self.root / "usr/share/dialerd/schema/campaign.schema.json").read_text())["$schema"],
                         "http://json-schema.org/draft-07/schema#")
        sbom = json.loads((self.root / "usr/share/doc/dialerd/sbom.spdx.json").read_text()) if (
            self.root / "usr/share/doc/dialerd/sbom.spdx.json").exists() else None
        if sbom is not None:  # minimal images leave /usr/share/doc out (path-exclude)
            self.check_sbom(sbom)

        # An upgrade keeps what the administrator wrote, and what is enabled.
        config = self.root / "etc/dialerd/dialerd.yaml"
        config.write_text(config.read_text() + "# said by the administrator\n")
        (self.root / "etc/dialerd/credentials/vox-main").write_text("key\n")
        self.inside("systemctl", "enable", "dialerd.service", expect=None)
        enabled = sorted(path.name for path in (self.root / "etc/systemd/system").glob("*.wants/dialerd*"))
        self.next_version()
        self.inside("apt-get", "-qy", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
                    "install", "/next.deb")
        self.assertIn("# said by the administrator\n", config.read_text())
        self.assertNotIn("next version", config.read_text())
        self.assertEqual(sorted(path.name for path in (self.root / "etc/systemd/system").glob("*.wants/dialerd*")), enabled)
        self.assertIn("9+", self.inside("dpkg-query", "-W", "dialerd"))

        # Removing keeps configuration and secrets, purging does not.
        self.inside("apt-get", "-qy", "remove", "dialerd")
        self.assertFalse((self.root / "usr/bin/dialerd").exists())
        self.assertTrue(config.exists())
        self.assertTrue((self.root / "etc/dialerd/credentials/vox-main").exists())
        self.inside("apt-get", "-qy", "purge", "dialerd")
        left = self.inside("sh", "-c", "find / -xdev -name '*dialerd*' ! -path '/proc/*' ! -path '/var/cache/*' "
                                       "! -path '/var/log/*' ! -path '/tmp/*' ! -name '*.deb'")
        self.assertEqual(left.split(), [])
        # And it can be installed anew.
        self.inside("apt-get", "-qy", "--no-install-recommends", "install", "/dialerd.deb")
        self.assertEqual(self.mode_and_owner("/var/lib/dialerd"), "750 dialerd:dialerd")

    def check_sbom(self, sbom):
        self.assertEqual(sbom["spdxVersion"], "SPDX-2.3")
        ids = {package["SPDXID"] for package in sbom["packages"]}
        self.assertEqual(len(ids), len(sbom["packages"]))
        for relationship in sbom["relationships"]:
            self.assertIn(relationship["relatedSpdxElement"], ids)
        names = {package["name"]: package["versionInfo"] for package in sbom["packages"]}
        for name in ("dialerd", "libssl3", "libpqxx-6.4", "libc6", "libboost1.81-dev", "uplot"):
            self.assertIn(name, names)
        self.assertTrue(all(names.values()))


class LintianTest(unittest.TestCase):
    def test_it_has_no_complaint(self):
        if shutil.which("lintian") is None:
            self.skipTest("needs lintian")
        # Root may run it: it reads one package of our own.
        done = run("lintian", "--allow-root", "--fail-on", "error,warning", DEB)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
