using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

public sealed class TailRewriterTests
{
    private static readonly Generation Old = new(3, new FolderSalt(77));

    [Fact]
    public void Record_of_a_block_gets_the_new_generation_whatever_memory_had_before_it()
    {
        MemoryDisk disk = new();
        disk.CreateFolder(SegmentFileId.Folder);
        FilesStoreOptions options = OpenStore.Small(disk);
        byte[] bytes = new byte[options.SegmentBytes];
        int gap = Put(bytes, SegmentLayout.HeaderBytes, number: 10);
        int page = SegmentLayout.UpToPage(gap);
        // What was in the block's memory before: the head of a record that was written long ago, and reaches past the page.
        Put(bytes, gap, number: 5, bodyBytes: 3_700);
        int end = Put(bytes, page, number: 11);
        TailSegment tail = new(new SegmentNumber(1), new SegmentFileId(1), Old, SegmentLayout.HeaderBytes) { End = options.SegmentBytes };
        using TailRewriter rewriter = new(options, new SpareSegments(disk, options.SegmentBytes), Old.Plus(5));

        Segment written = rewriter.Write(tail, bytes, end);

        byte[] file = new byte[end];
        written.Parts[0].Handle!.Read(0, file);
        Assert.True(RecordCodec.TryRead(file.AsSpan(SegmentLayout.HeaderBytes), written.Parts[0].Generation, out _));
        Assert.True(RecordCodec.TryRead(file.AsSpan(page), written.Parts[0].Generation, out StoredHeader record));
        Assert.Equal(11UL, record.Header.Position.Number);
    }

    // Returns where the next one begins.
    private static int Put(byte[] bytes, int at, ulong number, int bodyBytes = 500)
    {
        RecordDraft draft = Drafts.Published(1, new string('x', bodyBytes));
        RecordCodec.WriteDraft(bytes.AsSpan(at), draft, new LogPosition(new Epoch(1), number), new Timestamp(1));
        return at + RecordCodec.Seal(bytes.AsSpan(at), Old, startsGroup: true);
    }
}
