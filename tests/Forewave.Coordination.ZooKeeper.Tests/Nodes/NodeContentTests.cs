using System.Text;
using Forewave.Coordination.ZooKeeper.Nodes;

namespace Forewave.Coordination.ZooKeeper.Tests.Nodes;

public class NodeContentTests
{
    private static readonly Guid Set = Guid.Parse("0d6be2c1-9f5e-4d54-8f0c-6f4f2a4d1b11");

    [Fact]
    public void Record_is_written_as_documented_and_read_back()
    {
        byte[] content = NodeContent.Write(Records.Of(7, "a", "b"), Set);

        Assert.Equal(
            """{"format":1,"epoch":7,"master":"a","inSync":[{"broker":"a","run":""},{"broker":"b","run":"run-1"}],"set":"0d6be2c19f5e4d548f0c6f4f2a4d1b11"}""",
            Encoding.UTF8.GetString(content));
        Assert.Equal(Records.Of(7, "a", "b"), NodeContent.ReadGroup("/g", content));
    }

    [Fact]
    public void Announcement_is_written_as_documented_and_read_back()
    {
        byte[] content = NodeContent.Write(Records.Broker("b"));

        Assert.Equal("""{"format":1,"broker":"b","address":"127.0.0.1:7600","run":"run-1"}""", Encoding.UTF8.GetString(content));
        Assert.Equal(Records.Broker("b"), NodeContent.ReadServer("/s", content));
    }

    [Fact]
    public void Content_is_refused_when_cut_at_any_byte()
    {
        byte[] record = NodeContent.Write(Records.Of(7, "a", "b"), Set);
        byte[] announcement = NodeContent.Write(Records.Broker("b"));

        for (int i = 0; i < record.Length; i++)
            AssertRefused(() => NodeContent.ReadGroup("/g", record.AsSpan(0, i)));
        for (int i = 0; i < announcement.Length; i++)
            AssertRefused(() => NodeContent.ReadServer("/s", announcement.AsSpan(0, i)));
    }

    [Theory]
    [InlineData("""{"format":2,"epoch":7,"master":"a","inSync":[{"broker":"a"}],"set":""}""")]
    [InlineData("""{"format":1,"epoch":1048576,"master":"a","inSync":[{"broker":"a"}],"set":""}""")]
    [InlineData("""{"format":1,"epoch":7,"master":"","inSync":[{"broker":""}],"set":""}""")]
    [InlineData("""{"format":1,"epoch":7,"master":"a","inSync":[],"set":""}""")]
    [InlineData("""{"format":1,"epoch":7,"master":"a","inSync":[{"broker":"b"}],"set":""}""")]
    [InlineData("""{"format":1,"epoch":7,"master":"a","inSync":[{"broker":"a"},{"broker":"b"},{"broker":"c"}],"set":""}""")]
    [InlineData("""{"format":1,"epoch":7,"master":null,"inSync":null,"set":""}""")]
    [InlineData("""{"format":1,"epoch":7,"master":"a","inSync":[null],"set":""}""")]
    [InlineData("""{"format":1,"epoch":-7,"master":"a","inSync":[{"broker":"a"}],"set":""}""")]
    [InlineData("null")]
    public void Record_is_refused_when_it_says_what_no_broker_writes(string content) =>
        AssertRefused(() => NodeContent.ReadGroup("/g", Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Fields_of_later_versions_are_skipped()
    {
        const string content = """{"format":1,"epoch":7,"master":"a","inSync":[{"broker":"a","weight":3}],"set":"x","more":{"a":[1]}}""";

        Assert.Equal(Records.Of(7, "a"), NodeContent.ReadGroup("/g", Encoding.UTF8.GetBytes(content)));
    }

    [Fact]
    public void Content_over_its_limit_is_refused_both_ways()
    {
        AssertRefused(() => NodeContent.Write(Records.Broker("b") with { Address = new string('x', NodeContent.MaxBytes) }));
        AssertRefused(() => NodeContent.ReadServer("/s", Encoding.UTF8.GetBytes(new string(' ', NodeContent.MaxBytes) + """{"format":1,"broker":"b","address":""}""")));
    }

    private static void AssertRefused(Action read) => Assert.Equal(ErrorCode.GroupRecordInvalid, Assert.Throws<ForewaveException>(read).Code);
}
