namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>libraries</c>: those of the operating system, each needed by some settings only.</summary>
internal static class LibraryCheck
{
    private static readonly NeededLibrary MariaDb = new()
    {
        Name = "MariaDB Connector/C", Files = ["libmariadb.so.3", "libmariadb.so"], Needs = "store mysql", Package = "libmariadb3",
    };

    private static readonly NeededLibrary ZooKeeper = new()
    {
        Name = "ZooKeeper's C client", Files = ["libzookeeper_mt.so.2", "libzookeeper_mt.so"], Needs = "zookeeper", Package = "libzookeeper-mt2",
    };

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene) =>
        [Of(MariaDb, scene.Options.Store == StoreKind.MySql), Of(ZooKeeper, scene.Options.ZooKeeper is not null)];

    /// <summary>What there is to say of one, needed by the settings or not.</summary>
    public static Finding Of(NeededLibrary library, bool isNeeded)
    {
        bool isThere = library.IsThere();
        return new Finding("libraries", isNeeded && !isThere ? FindingLevel.Fault : FindingLevel.Fine)
        {
            Text = $"{library.Name} ({library.Files[0]}) is {(isThere ? "installed" : "not installed")}, and {(isNeeded ? $"needed by the setting {library.Needs}" : $"not needed: only the setting {library.Needs} does")}",
            Advice = isNeeded && !isThere ? $"Install it: apt-get install {library.Package}" : null,
            Values = new Dictionary<string, object> { ["library"] = library.Files[0], ["installed"] = isThere, ["needed"] = isNeeded },
        };
    }
}
