using Forewave.Client.Administration;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Routing;

/// <summary>What is asked of several partitions as one: who is asked for what, in which order it comes, and what is said of those that are missing.</summary>
public sealed class MergedAdministrationTests
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("mail");
    private readonly FakeNetwork _network = new(3);

    [Fact]
    public async Task Dead_letters_come_by_the_time_of_their_death_through_the_pages_of_each_partition()
    {
        Answer(0, request => DeadPage(request, (1, 100), (2, 400)));
        Answer(1, request => request.ListDead.After == 0 ? DeadPage(request, more: true, (1, 200), (2, 300)) : DeadPage(request, (3, 350)));
        Answer(2, _ => throw new ForewaveException(ErrorCode.GroupNotFound));
        await using ForewaveClient client = new(_network.Options);

        List<DeadLetter> letters = await client.Administration.ListDeadLettersAsync(Queue, Group).ToListAsync().AsTask().Soon();

        Assert.Equal(["0-1", "1-1", "1-2", "1-3", "0-2"], letters.Select(letter => $"{letter.Place}"));
    }

    [Fact]
    public async Task List_of_which_a_partition_does_not_answer_has_what_the_others_have_and_then_names_it()
    {
        Answer(0, request => DeadPage(request, (1, 100)));
        Answer(1, _ => throw new ForewaveException(ErrorCode.ShuttingDown));
        Answer(2, request => DeadPage(request, (1, 50)));
        await using ForewaveClient client = new(_network.Options);
        List<string> places = [];

        ForewaveException missing = await Assert.ThrowsAsync<ForewaveException>(async () =>
        {
            await foreach (DeadLetter letter in client.Administration.ListDeadLettersAsync(Queue, Group))
            {
                places.Add($"{letter.Place}");
            }
        });

        Assert.Equal(["2-1", "0-1"], places);
        Assert.Equal(ErrorCode.PartitionsUnanswered, missing.Code);
        Assert.Equal([new PartitionNumber(1)], missing.Unanswered);
    }

    [Fact]
    public async Task What_all_partitions_refuse_is_refused_and_a_list_of_a_group_that_is_nowhere_too()
    {
        AnswerAll(_ => throw new ForewaveException(ErrorCode.DeadFilterInvalid));
        await using ForewaveClient client = new(_network.Options);

        ErrorCode filter = await CodeAsync(() => client.Administration.ListDeadLettersAsync(Queue, Group, "colour=red").ToListAsync().AsTask());
        AnswerAll(_ => throw new ForewaveException(ErrorCode.GroupNotFound));
        ErrorCode group = await CodeAsync(() => client.Administration.ListDeadLettersAsync(Queue, Group).ToListAsync().AsTask());

        Assert.Equal((ErrorCode.DeadFilterInvalid, ErrorCode.GroupNotFound), (filter, group));
    }

    [Fact]
    public async Task Places_go_to_the_partition_that_they_name_and_one_that_names_none_is_refused()
    {
        AnswerAll(request => new() { Changed = new V1.Changed { Messages = (ulong)request.RedriveDead.Places.Count, Operation = 7 } });
        await using ForewaveClient client = new(_network.Options);
        DeadOperationTerms terms = new() { Action = DeadAction.Redrive };

        DeadDone done = await client.Administration.DeadLetters.DoAsync(Queue, Group, terms, [new(5, new(2)), new(3, new(0)), new(6, new(2))]).AsTask().Soon();
        ErrorCode unnamed = await CodeAsync(() => client.Administration.RedriveAsync(Queue, Group, [new DeadPlace(5)]).AsTask());

        Assert.Equal([5ul, 6ul], Single(2).RedriveDead.Places);
        Assert.Equal([3ul], Single(0).RedriveDead.Places);
        Assert.Empty(_network.Nodes[1].Administered);
        Assert.Equal((3L, "0-7,2-7"), (done.Messages, $"{done.Operation}"));
        Assert.Equal(ErrorCode.PartitionNeeded, unnamed);
    }

    [Fact]
    public async Task Operation_is_begun_at_all_partitions_at_a_share_of_its_rate_and_is_one_afterwards()
    {
        foreach (FakeNode node in _network.Nodes)
        {
            ulong number = 10ul + node.Partition.Value;
            node.Administer = request => request.VerbCase == Verb.BeginDeadOperation
                ? new() { DeadOperation = Operation(number, V1.DeadOperationState.Running, request.BeginDeadOperation.Rate, 0) }
                : new() { DeadOperationResults = new() { Operation = Operation(number, number == 11 ? V1.DeadOperationState.Running : V1.DeadOperationState.Done, 2, 4) } };
        }

        await using ForewaveClient client = new(_network.Options);

        DeadOperation begun = await client.Administration.DeadLetters.BeginAsync(Queue, Group, new() { Action = DeadAction.Redrive, Rate = 6 }).AsTask().Soon();
        DeadOperation shown = await client.Administration.DeadLetters.ShowAsync(Queue, Group, begun.Id).AsTask().Soon();

        Assert.Equal(("0-10,1-11,2-12", 6.0), ($"{begun.Id}", begun.Terms.Rate));
        Assert.All(_network.Nodes, node => Assert.Equal(2, node.Administered.First().BeginDeadOperation.Rate));
        Assert.Equal((DeadOperationState.Running, 12L, null), (shown.State, shown.Messages, shown.Ended));
    }

    [Fact]
    public async Task Operation_that_has_ended_at_one_partition_is_cancelled_at_the_others()
    {
        AnswerAll(request => request.VerbCase == Verb.CancelDeadOperation
            ? new() { DeadOperation = Operation(request.CancelDeadOperation.Number, V1.DeadOperationState.Cancelled, 0, 1) }
            : new() { DeadOperationResults = new() { Operation = Operation(request.ShowDeadOperation.Number, V1.DeadOperationState.Cancelled, 0, 1) } });
        Answer(1, request => request.VerbCase == Verb.CancelDeadOperation
            ? throw new ForewaveException(ErrorCode.DeadOperationNotFound)
            : new() { DeadOperationResults = new() { Operation = Operation(2, V1.DeadOperationState.Done, 0, 1) } });
        await using ForewaveClient client = new(_network.Options);
        Assert.True(DeadOperationId.TryParse("0-1,1-2,2-3", out DeadOperationId? id));

        DeadOperation cancelled = await client.Administration.DeadLetters.CancelAsync(Queue, Group, id).AsTask().Soon();

        Assert.Equal((DeadOperationState.Cancelled, id, 3L), (cancelled.State, cancelled.Id, cancelled.Messages));
    }

    [Fact]
    public async Task Search_goes_from_partition_to_partition_and_on_from_where_a_page_ended()
    {
        Answer(0, request => request.FindMessages.Resume == "" ? Found(request, "t0", 2) : Found(request, "", 1));
        Answer(1, _ => throw new ForewaveException(ErrorCode.ShuttingDown));
        Answer(2, request => Found(request, "", 3));
        await using ForewaveClient client = new(_network.Options);

        FoundPage first = await client.Administration.Search.FindPageAsync(Queue, size: new PageSize { Messages = 3 }).AsTask().Soon();
        FoundPage second = await client.Administration.Search.FindPageAsync(Queue, size: new PageSize { Messages = 3 }, resume: first.Resume).AsTask().Soon();
        FoundPage third = await client.Administration.Search.FindPageAsync(Queue, size: new PageSize { Messages = 3 }, resume: second.Resume).AsTask().Soon();

        Assert.Equal((2, "0:t0", 2), (first.Messages.Count, first.Resume, first.PartitionsLeft));
        // Two of the three that partition 2 has found room.
        Assert.Equal((3, 1), (second.Messages.Count, second.Unanswered.Count));
        Assert.Equal("2:rest", second.Resume);
        Assert.Equal((1, null, 0), (third.Messages.Count, third.Resume, third.PartitionsLeft));
        Assert.Equal(ErrorCode.ResumeTokenInvalid, await CodeAsync(() => client.Administration.Search.FindPageAsync(Queue, resume: "t0").AsTask()));
        Assert.Equal(
            ErrorCode.PartitionNeeded,
            await CodeAsync(() => client.Administration.Search.FindPageAsync(Queue, new MessageFilter { FromOffset = new Offset(2) }).AsTask()));
    }

    [Fact]
    public async Task Scheduled_messages_come_by_due_time_and_are_cancelled_at_their_own_partition()
    {
        AnswerAll(request => request.VerbCase == Verb.CancelScheduled
            ? new() { Changed = new V1.Changed { Messages = (ulong)Math.Max(1, request.CancelScheduled.Choice.Positions.Count) } }
            : new() { Scheduled = new() });
        Answer(0, request => request.VerbCase == Verb.ListScheduled ? Scheduled((0, 100), (0, 300)) : throw new ForewaveException(ErrorCode.NotScheduled));
        ListScheduled(1, Scheduled((1, 200)));
        await using ForewaveClient client = new(_network.Options);

        List<ScheduledMessage> listed = await client.Administration.Schedules.ListAsync(Queue).ToListAsync().AsTask().Soon();
        long byIds = await client.Administration.Schedules.CancelAsync([IdOf(1, 5), IdOf(2, 6), IdOf(1, 7)]).AsTask().Soon();
        long byKey = await client.Administration.Schedules.CancelAsync(Queue, "key").AsTask().Soon();
        ErrorCode due = await CodeAsync(() => client.Administration.Schedules.CancelAsync([IdOf(0, 5)]).AsTask());

        Assert.Equal([100, 200, 300], listed.Select(one => one.DeliverAt.ToUnixTimeMilliseconds()));
        Assert.Equal((3L, 2L, ErrorCode.NotScheduled), (byIds, byKey, due));
        Assert.Equal(2, _network.Nodes[1].Administered.First(one => one.VerbCase == Verb.CancelScheduled).CancelScheduled.Choice.Positions.Count);
    }

    [Fact]
    public async Task Reset_asks_all_partitions_what_it_would_mean_and_does_nothing_where_one_has_consumers()
    {
        AnswerAll(_ => Reset(skipped: 5, consumers: 0));
        await using ForewaveClient client = new(_network.Options);

        GroupReset done = await client.Administration.Groups.ResetAsync(Queue, Group, ResetTarget.Latest).AsTask().Soon();
        Answer(1, _ => Reset(skipped: 5, consumers: 2));
        ErrorCode refused = await CodeAsync(() => client.Administration.Groups.ResetAsync(Queue, Group, ResetTarget.Latest).AsTask());
        ErrorCode offset = await CodeAsync(() => client.Administration.Groups.ResetAsync(Queue, Group, ResetTarget.At(new Offset(3))).AsTask());

        Assert.Equal(15, done.Skipped);
        Assert.Equal((ErrorCode.GroupHasConsumers, ErrorCode.PartitionNeeded), (refused, offset));
        Assert.All(_network.Nodes, node => Assert.Equal([true, false, true], node.Administered.Select(one => one.ResetGroup.DryRun)));
    }

    [Fact]
    public async Task Change_of_all_partitions_is_begun_nowhere_where_one_cannot_be_reached()
    {
        await _network.RemoveAsync(2);
        await using ForewaveClient client = new(_network.Options with { RequestTimeout = TimeSpan.FromMilliseconds(500) });

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => client.Administration.PurgeQueueAsync(Queue).AsTask().Soon());

        Assert.Equal(ErrorCode.PartitionsUnanswered, error.Code);
        Assert.Contains(new PartitionNumber(2), error.Unanswered);
        Assert.All(_network.Nodes, node => Assert.Empty(node.Administered));
    }

    [Fact]
    public async Task Recurring_message_is_its_names_and_one_of_that_name_elsewhere_goes()
    {
        V1.RecurringMessage message = new() { Queue = "orders", Name = "daily", Message = new V1.Message().ToByteString(), NextMessageId = "0-0000100000000001" };
        AnswerAll(request => request.VerbCase == Verb.SetRecurring
            ? new() { Recurring = new V1.RecurringList { Messages = { message } } }
            : throw new ForewaveException(ErrorCode.RecurringNotFound));
        await using ForewaveClient client = new(_network.Options);

        await client.Administration.Schedules.SetRecurringAsync(Queue, "daily", new RecurringTimes("0 6 * * *"), new Message()).AsTask().Soon();

        foreach (FakeNode node in _network.Nodes)
        {
            Verb expected = _network.Slots.OwnerOf("daily") == node.Partition ? Verb.SetRecurring : Verb.DeleteRecurring;
            Assert.Equal([expected], node.Administered.Select(one => one.VerbCase));
        }
    }

    [Fact]
    public async Task Partition_of_the_options_is_asked_alone_and_its_places_name_it()
    {
        AnswerAll(request => DeadPage(request, (4, 100)));
        await using ForewaveClient client = new(_network.Options with { Partition = new PartitionNumber(1) });

        List<DeadLetter> letters = await client.Administration.ListDeadLettersAsync(Queue, Group).ToListAsync().AsTask().Soon();

        Assert.Equal(["1-4"], letters.Select(letter => $"{letter.Place}"));
        Assert.Equal([0, 1, 0], _network.Nodes.Select(node => node.Administered.Count));
    }

    private void Answer(int partition, Func<V1.AdministrationRequest, V1.AdministrationAnswer> answer) => _network.Nodes[partition].Administer = answer;

    private void AnswerAll(Func<V1.AdministrationRequest, V1.AdministrationAnswer> answer) => _network.Nodes.ForEach(node => node.Administer = answer);

    private void ListScheduled(int partition, V1.AdministrationAnswer list)
    {
        Func<V1.AdministrationRequest, V1.AdministrationAnswer> before = _network.Nodes[partition].Administer;
        Answer(partition, request => request.VerbCase == Verb.ListScheduled ? list : before(request));
    }

    private V1.AdministrationRequest Single(int partition) => Assert.Single(_network.Nodes[partition].Administered);

    private static async Task<ErrorCode> CodeAsync(Func<Task> call) => (await Assert.ThrowsAsync<ForewaveException>(() => call().Soon())).Code;

    private static V1.AdministrationAnswer DeadPage(V1.AdministrationRequest request, params (ulong Place, ulong Died)[] letters) => DeadPage(request, more: false, letters);

    private static V1.AdministrationAnswer DeadPage(V1.AdministrationRequest request, bool more, params (ulong Place, ulong Died)[] letters)
    {
        V1.DeadList list = new() { More = more };
        list.Letters.AddRange(letters.Where(letter => letter.Place > request.ListDead.After).Select(letter => new V1.DeadLetter
        {
            Place = letter.Place, DeathTime = letter.Died, Offset = letter.Place, MessageId = "0-0000100000000001",
        }));
        return new V1.AdministrationAnswer { Dead = list };
    }

    private static V1.DeadOperation Operation(ulong number, V1.DeadOperationState state, double rate, ulong messages) => new()
    {
        Number = number, Queue = "orders", Group = "mail", Action = V1.DeadAction.Redrive, State = state, Rate = rate, Messages = messages,
        Begun = 1_000, Ended = state == V1.DeadOperationState.Running ? 0ul : 2_000,
    };

    // So many messages, or as many as there is room for; then the rest is left.
    private static V1.AdministrationAnswer Found(V1.AdministrationRequest request, string resume, int messages)
    {
        V1.FindMessages find = request.FindMessages;
        int left = find.Resume == "rest" ? 1 : messages;
        int count = (int)Math.Min(left, find.Max);
        V1.FoundMessages found = new() { Resume = count < left ? "rest" : resume, LookedAt = (ulong)count };
        found.Messages.AddRange(Enumerable.Range(1, count).Select(one => new V1.FoundMessage { MessageId = "0-0000100000000001", Offset = (ulong)one }));
        return new V1.AdministrationAnswer { Found = found };
    }

    private static V1.AdministrationAnswer Scheduled(params (ushort Partition, ulong Due)[] messages)
    {
        V1.ScheduledList list = new();
        list.Messages.AddRange(messages.Select(one => new V1.ScheduledMessage { MessageId = $"{IdOf(one.Partition, one.Due)}", DeliverAt = one.Due }));
        return new V1.AdministrationAnswer { Scheduled = list };
    }

    private static V1.AdministrationAnswer Reset(ulong skipped, uint consumers) => new()
    {
        GroupReset = new V1.GroupReset { Skipped = skipped, Consumers = consumers, Group = new V1.GroupDetails { Queue = "orders", Group = "mail", GroupId = 1, ReadOffset = 1 } },
    };

    private static MessageId IdOf(ushort partition, ulong record) => new(new PartitionNumber(partition), LogPosition.FromBits((1ul << 44) | record));
}
