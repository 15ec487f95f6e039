# The Debian package: `cmake --build BUILD --target deb`. What goes where, and what is made for it out of the binary itself:
# manual pages and completion from its command line, the list of its parts from what it is linked with.
# tests/package/install_test.py installs, upgrades, removes and purges it in a clean Debian.

include(GNUInstallDirs)
set(made ${CMAKE_BINARY_DIR}/package)
set(debian ${CMAKE_SOURCE_DIR}/deploy/debian)

# Dated as the last entry of the changelog, so that the same sources make the same package (SOURCE_DATE_EPOCH, and the pages' date).
execute_process(COMMAND dpkg-parsechangelog -l ${debian}/changelog -S Timestamp
                OUTPUT_VARIABLE package_time OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND date -u -d @${package_time} +%F OUTPUT_VARIABLE package_date OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)

add_custom_target(package_files
  COMMAND ${debian}/make-files $<TARGET_FILE:dialerd> ${made} ${package_date}
  DEPENDS dialerd
  COMMENT "Making manual pages, completion and the list of parts for the package"
  VERBATIM)

install(TARGETS dialerd RUNTIME DESTINATION bin)
install(DIRECTORY ${made}/man1 DESTINATION share/man)
install(FILES ${made}/bash/dialerd DESTINATION share/bash-completion/completions)
install(FILES ${made}/zsh/_dialerd DESTINATION share/zsh/vendor-completions)
install(FILES ${made}/changelog.gz ${made}/sbom.spdx.json ${debian}/copyright DESTINATION share/doc/dialerd)
install(FILES ${CMAKE_SOURCE_DIR}/config/starter/campaign.yaml ${CMAKE_SOURCE_DIR}/deploy/examples/renewal.yaml
        DESTINATION share/doc/dialerd/examples)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/deploy/schema ${CMAKE_SOURCE_DIR}/deploy/grafana DESTINATION share/dialerd)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/deploy/prometheus DESTINATION share/dialerd PATTERN "*test*" EXCLUDE)
install(FILES ${debian}/sysusers.conf DESTINATION lib/sysusers.d RENAME dialerd.conf)
install(FILES ${debian}/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME dialerd.conf)
# Debian 12 looks for units of packages below /lib.
install(FILES ${CMAKE_SOURCE_DIR}/deploy/systemd/dialerd.service ${CMAKE_SOURCE_DIR}/deploy/systemd/dialerd.socket
        DESTINATION /lib/systemd/system)
install(FILES ${made}/dialerd.yaml DESTINATION /etc/dialerd)
install(DIRECTORY DESTINATION /etc/dialerd/campaigns)
install(DIRECTORY DESTINATION /etc/dialerd/credentials DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
install(FILES ${debian}/lintian-overrides DESTINATION share/lintian/overrides RENAME dialerd)

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${debian}/changelog ${debian}/description)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dialerd)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "dialerd maintainers <dialerd@noreply.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${made})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)  # some files are outside of /usr
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(READ ${debian}/description CPACK_DEBIAN_PACKAGE_DESCRIPTION)
string(STRIP "${CPACK_DEBIAN_PACKAGE_DESCRIPTION}" CPACK_DEBIAN_PACKAGE_DESCRIPTION)
execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_ARCHITECTURE OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# For maintainer scripts: systemd-sysusers and systemd-tmpfiles, which the stand-alone packages have too. procps has /bin/kill,
# which the unit reloads with; a minimal Debian is without it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "tzdata, procps, init-system-helpers (>= 1.52), systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postgresql-client, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)

add_custom_target(deb
  COMMAND ${CMAKE_COMMAND} -E env SOURCE_DATE_EPOCH=${package_time} ${CMAKE_CPACK_COMMAND} -G DEB
  DEPENDS package_files
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
  COMMENT "Making the Debian package"
  VERBATIM)
