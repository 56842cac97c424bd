using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Producing;

/// <summary>Who found no room misses none that there is between looking and waiting, and nobody waits for longer than the delivery deadline.</summary>
public sealed class RoomTests
{
    private readonly Room _room = new();

    [Fact]
    public void Wait_is_over_when_there_was_room_between_the_refusal_and_the_wait()
    {
        _room.Refuse();
        _room.Open();

        Assert.True(_room.WaitAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public void Wait_of_who_was_refused_again_is_for_the_next_room()
    {
        _room.Refuse();
        _room.Open();
        _room.Refuse();
        Task room = _room.WaitAsync();
        bool early = room.IsCompleted;

        _room.Open();

        Assert.False(early);
        Assert.True(room.IsCompletedSuccessfully);
    }

    [Fact]
    public void Who_waits_for_the_next_room_is_not_let_go_by_one_before()
    {
        _room.Refuse();
        _room.Open();
        Task next = _room.NextAsync();
        bool early = next.IsCompleted;

        _room.Open();

        Assert.False(early);
        Assert.True(next.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Publishers_in_line_all_fail_at_their_deadline_when_there_is_no_room_until_then()
    {
        await using Scene scene = await Scene.ProducingAsync(
            new ProducerOptions { MaxBufferedBytes = 100, DeliveryDeadline = TimeSpan.FromSeconds(5) });
        Task<Receipt> unanswered = scene.Producer.PublishAsync(Scene.Queue, new byte[90]).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        await scene.PublishAsync();
        Task<Receipt>[] line = [.. Enumerable.Range(0, 3).Select(_ => scene.Producer.PublishAsync(Scene.Queue, new byte[90]).AsTask())];

        scene.Time.Advance(TimeSpan.FromSeconds(6));

        foreach (Task<Receipt> waiting in line)
        {
            Assert.Equal(ErrorCode.BufferFull, (await Assert.ThrowsAsync<ForewaveException>(() => waiting.Soon())).Code);
        }

        Assert.Equal(ErrorCode.OutcomeUnknown, (await Assert.ThrowsAsync<ForewaveException>(() => unanswered.Soon())).Code);
    }
}
