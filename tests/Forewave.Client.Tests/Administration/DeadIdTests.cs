using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Administration;

public sealed class DeadIdTests
{
    [Theory]
    [InlineData("17", null, 17)]
    [InlineData("1-17", 1, 17)]
    [InlineData("65535-1", 65535, 1)]
    public void Place_is_read_as_it_is_written(string text, int? partition, long number)
    {
        Assert.True(DeadPlace.TryParse(text, out DeadPlace place));

        Assert.Equal((partition, number), (place.Partition?.Value, place.Number));
        Assert.Equal(text, place.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1-0")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("65536-1")]
    [InlineData("1-2-3")]
    [InlineData("+1")]
    [InlineData(" 1")]
    public void What_is_no_place_is_not_read(string? text) => Assert.False(DeadPlace.TryParse(text, out _));

    [Fact]
    public void Default_place_is_none()
    {
        Assert.Throws<InvalidOperationException>(() => default(DeadPlace).Number);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeadPlace(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeadOperationId(0));
    }

    [Theory]
    [InlineData("12", "12")]
    [InlineData("1-12", "1-12")]
    [InlineData("2-9,0-12", "0-12,2-9")]
    public void Operation_is_read_and_written_by_partition(string text, string written)
    {
        Assert.True(DeadOperationId.TryParse(text, out DeadOperationId? id));

        Assert.Equal(written, id.ToString());
        Assert.True(DeadOperationId.TryParse(written, out DeadOperationId? same));
        Assert.Equal(id, same);
        Assert.Equal(id.GetHashCode(), same.GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1,2")]
    [InlineData("0-1,0-2")]
    [InlineData("0-1,")]
    public void What_is_no_operation_is_not_read(string? text) => Assert.False(DeadOperationId.TryParse(text, out _));
}
