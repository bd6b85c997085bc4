namespace RegistryCleaner.RegistryTests.Fixture;

internal enum ManifestFormat
{
    Oci,

    // Docker's image manifest, schema 2, and manifest list.
    Docker,
}
