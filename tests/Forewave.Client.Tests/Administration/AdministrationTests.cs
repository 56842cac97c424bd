using Forewave.Client.Administration;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Administration;

public sealed class AdministrationTests
{
    [Fact]
    public async Task Listing_goes_on_after_the_last_name_of_a_page()
    {
        await using Scene scene = Scene.Start();
        Task<List<QueueDetails>> listing = scene.Client.Administration.ListQueuesAsync("o").ToListAsync().AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();

        V1.AdministrationRequest first = await AnswerAsync(connection, new() { Queues = Page(true, "o1", "o2") });
        V1.AdministrationRequest second = await AnswerAsync(connection, new() { Queues = Page(false, "o3") });

        Assert.Equal(["o1", "o2", "o3"], (await listing.Soon()).Select(queue => queue.Name.Value));
        Assert.Equal(("o", ""), (first.ListQueues.Prefix, first.ListQueues.After));
        Assert.Equal(("o", "o2"), (second.ListQueues.Prefix, second.ListQueues.After));
    }

    [Fact]
    public async Task Settings_that_are_not_given_are_not_sent()
    {
        await using Scene scene = Scene.Start();
        Task<GroupDetails> setting = scene.Client.Administration.SetGroupAsync(
            Scene.Queue, Scene.Group, new GroupSettings { MaxAttempts = 3 }).AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.GroupDetails details = new()
        {
            Queue = "orders",
            Group = "mail",
            GroupId = 4,
            Dead = 5,
            Options = new V1.GroupOptions { TagFilter = "a", VisibilityTimeout = 30_000, MaxAttempts = 3, Retry = new V1.RetryPolicy { FirstDelay = 10 } },
        };

        V1.AdministrationRequest request = await AnswerAsync(connection, new() { Group = details });
        GroupDetails group = await setting.Soon();

        Assert.Equal(new V1.GroupOptions { MaxAttempts = 3 }, request.SetGroup.Options);
        Assert.False(request.SetGroup.Create);
        Assert.Equal((5L, 3, TimeSpan.FromMilliseconds(10)), (group.Dead, group.Settings.MaxAttempts, group.Settings.Retry!.FirstDelay));
    }

    [Fact]
    public async Task Dead_letter_is_shown_with_its_message_and_history()
    {
        await using Scene scene = Scene.Start();
        Task<DeadLetter> showing = scene.Client.Administration.ShowDeadLetterAsync(Scene.Queue, Scene.Group, new DeadPlace(9)).AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.DeadLetter letter = new()
        {
            Place = 9,
            MessageId = "0-0000100000000001",
            Offset = 4,
            Reason = "attempts used up",
            Message = new V1.Message { Body = ByteString.CopyFromUtf8("body"), Tag = "t" }.ToByteString(),
        };
        letter.History.Add(new V1.AttemptRecord { Attempt = 1, Time = 1_000, Consumer = "worker", Reason = "no stock" });

        V1.AdministrationRequest request = await AnswerAsync(connection, new() { DeadLetter = letter });
        DeadLetter shown = await showing.Soon();

        Assert.Equal(9ul, request.ShowDead.Place);
        Assert.Equal("0-0000100000000001", shown.Id.ToString());
        Assert.Equal("body"u8, shown.Message!.Body.Span);
        Assert.Equal(new FailedAttempt(Attempt.First, "worker", DateTimeOffset.FromUnixTimeSeconds(1), "no stock"), Assert.Single(shown.History));
    }

    [Fact]
    public async Task Redriving_no_places_asks_for_nothing_and_null_for_all()
    {
        await using Scene scene = Scene.Start();

        long none = await scene.Client.Administration.RedriveAsync(Scene.Queue, Scene.Group, []).Soon();
        Task<long> all = scene.Client.Administration.RedriveAsync(Scene.Queue, Scene.Group).AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.AdministrationRequest request = await AnswerAsync(connection, new() { Changed = new V1.Changed { Messages = 12 } });

        Assert.Equal(0, none);
        Assert.Equal(12, await all.Soon());
        Assert.True(request.RedriveDead.All);
    }

    [Fact]
    public async Task Refusal_reaches_the_caller_with_its_number()
    {
        await using Scene scene = Scene.Start();
        Task showing = scene.Client.Administration.ShowQueueAsync(Scene.Queue).AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();

        await connection.RefuseAsync(await connection.ExpectAsync(Command.Administration), ErrorCode.QueueNotFound);

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => showing.Soon());
        Assert.Equal(ErrorCode.QueueNotFound, error.Code);
    }

    private static V1.QueueList Page(bool more, params string[] names)
    {
        V1.QueueList list = new() { More = more };
        list.Queues.AddRange(names.Select(name => new V1.QueueDetails { Queue = name, QueueId = 1 }));
        return list;
    }

    private static async Task<V1.AdministrationRequest> AnswerAsync(FakeConnection connection, V1.AdministrationAnswer answer)
    {
        V1.ClientFrame request = await connection.ExpectAsync(Command.Administration);
        await connection.AnswerAsync(request, new V1.ServerFrame { Administration = answer });
        return request.Administration;
    }
}
