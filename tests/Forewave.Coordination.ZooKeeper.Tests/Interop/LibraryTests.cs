using Forewave.Coordination.ZooKeeper.Interop;

namespace Forewave.Coordination.ZooKeeper.Tests.Interop;

public class LibraryTests
{
    [Fact]
    public void Missing_library_is_a_numbered_error_with_the_line_that_installs_it()
    {
        var missing = Assert.Throws<ForewaveException>(() => ZooKeeperLibrary.Load(["libforewave-not-there.so.9"]));

        Assert.Equal(ErrorCode.NativeLibraryMissing, missing.Code);
        Assert.Contains("libforewave-not-there.so.9", missing.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libzookeeper-mt2", missing.Message, StringComparison.Ordinal);
    }
}
