using System.Data.Common;
using Forewave.Client;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;

namespace Forewave.Outbox.Tests.Writing;

public sealed class WriterTests(SqliteFile server) : IClassFixture<SqliteFile>
{
    [Fact]
    public async Task Message_that_does_not_fit_with_the_time_that_its_delay_becomes_is_refused()
    {
        Place place = await Place.NewAsync(server);
        await using DbConnection connection = await place.OpenAsync();
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        // A body's tag and length take 5 bytes, a delay of a millisecond 3 at most, a time 7 at least.
        Message message = new(new byte[Limits.MessageBytes - 8]) { Delay = TimeSpan.FromMilliseconds(1) };

        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(async () => await place.Writer.AddAsync(transaction, new QueueName("q"), message));

        Assert.Equal(ErrorCode.MessageTooLarge, refused.Code);
    }
}
