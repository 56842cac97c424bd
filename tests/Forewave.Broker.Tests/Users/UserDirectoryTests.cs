using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Users;

public sealed class UserDirectoryTests
{
    private static readonly UserName Root = new("root");
    private static readonly UserName Ann = new("ann");

    [Fact]
    public async Task Change_is_not_lost_to_a_checkpoint_that_comes_between_its_record_and_itself()
    {
        FakeStore store = new();
        using UserDirectory users = Of(store);
        List<FakeStateWriter> checkpoints = [];
        store.Appended = () =>
        {
            FakeStateWriter writer = new();
            users.Write(writer);
            checkpoints.Add(writer);
        };

        await users.ChangeAsync(Root, _ => Operator(Root), CancellationToken.None);
        await users.ChangeAsync(Ann, _ => new UserEntry { Name = Ann }, CancellationToken.None);
        await users.ChangeAsync(Ann, _ => null, CancellationToken.None);

        Assert.Equal(3, checkpoints.Count);
        foreach (var checkpoint in checkpoints)
        {
            using UserDirectory again = Of(store);
            var part = Assert.Single(checkpoint.Parts);
            again.Load(part.State);
            foreach (var record in store.Records.Where(record => record.Header.Position > part.Part.Dispatched))
                again.Apply(record.Payload);
            Assert.Equal(Root, Assert.Single(again.Table.All).Name);
        }
    }

    [Fact]
    public async Task Change_that_the_store_refuses_leaves_everything_as_it_was()
    {
        FakeStore store = new();
        using UserDirectory users = Of(store);
        await users.ChangeAsync(Root, _ => Operator(Root), CancellationToken.None);
        var before = users.Table;
        store.Script(AppendOutcome.DiskFull, AppendOutcome.NoRoom);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => users.ChangeAsync(Ann, _ => new UserEntry { Name = Ann }, CancellationToken.None).AsTask());
        using CancellationTokenSource gone = new();
        var waiting = users.ChangeAsync(Ann, _ => new UserEntry { Name = Ann }, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(ErrorCode.DiskFull, refused.Code);
        Assert.Same(before, users.Table);
        Assert.Single(store.Records);
        FakeStateWriter writer = new();
        users.Write(writer);
        Assert.Equal(store.Tail, Assert.Single(writer.Parts).Part.Dispatched);
    }

    [Fact]
    public async Task Checkpoint_has_no_part_of_users_where_there_are_none()
    {
        FakeStore store = new();
        using UserDirectory users = Of(store);
        await users.ChangeAsync(Root, _ => Operator(Root), CancellationToken.None);
        await users.ChangeAsync(Root, _ => null, CancellationToken.None);
        FakeStateWriter writer = new();

        users.Write(writer);

        Assert.Empty(writer.Parts);
    }

    private static UserEntry Operator(UserName name) => new()
    {
        Name = name, Password = PasswordHash.OfNobody(Limits.MinPasswordIterations), Grants = [new AccessGrant(QueuePattern.Everything, AccessRights.All)],
    };

    private static UserDirectory Of(FakeStore store) => new(store, new BrokerOptions(), NullLogger.Instance);
}
