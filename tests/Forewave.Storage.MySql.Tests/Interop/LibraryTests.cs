using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Tests.Interop;

public class LibraryTests
{
    [Fact]
    public void Missing_library_is_a_numbered_error_with_the_line_that_installs_it()
    {
        var missing = Assert.Throws<StoreException>(() => MariaDbLibrary.Load(["libforewave-not-there.so.9"]));

        Assert.Equal(ErrorCode.NativeLibraryMissing, missing.Error);
        Assert.Contains("libforewave-not-there.so.9", missing.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libmariadb3", missing.Message, StringComparison.Ordinal);
    }
}
