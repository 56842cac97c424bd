using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Disk;

public sealed class DiskPathTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/log")]
    [InlineData("log/")]
    [InlineData("log//a")]
    [InlineData("..")]
    [InlineData("log/../../etc")]
    [InlineData("./log")]
    [InlineData("lo\0g")]
    [InlineData("lo\\g")]
    public void Path_is_refused_when_it_could_leave_the_data_folder(string value)
    {
        Assert.Throws<ArgumentException>(() => new DiskPath(value));
        Assert.Throws<ArgumentException>(() => new DiskPath("folder") / value);
    }

    [Fact]
    public void Path_is_refused_when_a_name_has_more_than_255_bytes()
    {
        Assert.Equal(255, new DiskPath("log/" + new string('a', 255)).Name.Length);
        Assert.Throws<ArgumentException>(() => new DiskPath("log/" + new string('ä', 128)));
    }

    [Fact]
    public void Path_gives_its_folder_and_name()
    {
        DiskPath path = DiskPath.Root / "index" / "blocks" / "a.fw";

        Assert.Equal("index/blocks/a.fw", path.Value);
        Assert.Equal("a.fw", path.Name);
        Assert.Equal(new DiskPath("index/blocks"), path.Folder);
        Assert.Equal(DiskPath.Root, new DiskPath("index").Folder);
        Assert.Equal(DiskPath.Root, DiskPath.Root.Folder);
    }

    [Fact]
    public void Path_throws_on_use_when_it_is_default()
    {
        Assert.Throws<InvalidOperationException>(() => default(DiskPath).Value);
    }

    [Fact]
    public void Range_is_refused_when_it_is_negative_or_its_end_overflows()
    {
        Assert.Equal(30, new ByteRange { Offset = 10, LengthBytes = 20 }.End);
        Assert.Throws<OverflowException>(() => new ByteRange { Offset = long.MaxValue, LengthBytes = 1 }.End);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteRange { Offset = -1, LengthBytes = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteRange { Offset = 1, LengthBytes = -1 });
    }
}
