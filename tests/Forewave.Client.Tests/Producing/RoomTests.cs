using Forewave.Client.Producing;

namespace Forewave.Client.Tests.Producing;

/// <summary>Who found no room misses none that there is between looking and waiting.</summary>
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
}
