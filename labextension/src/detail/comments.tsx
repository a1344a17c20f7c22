/** The comments on a run: add one, edit or delete one. */

import { Note, Section } from "./answer";
import type { CommentRow, Overview } from "./detail_answers";
import type { DetailModel } from "./detail_model";

export function Comments({ detail, run }: { detail: DetailModel; run: Overview }) {
  const { draft, edited } = detail.state;
  const cancel = () => detail.write({ edited: null });
  return (
    <Section title="Comments">
      <ul class="comments">
        {run.comments.map((comment) => (
          <li key={comment.number}>
            {edited?.number === comment.number ? (
              <CommentForm
                label={`comment ${comment.number}`}
                verb="Save"
                text={edited.text}
                onInput={(text) => detail.write({ edited: { ...edited, text } })}
                onSubmit={() => void detail.saveComment()}
                onCancel={cancel}
              />
            ) : (
              <Comment
                comment={comment}
                onEdit={() => detail.write({ edited: { number: comment.number, text: comment.body, before: comment.body } })}
                onDelete={() => void detail.change({ type: "comment", delete: comment.number })}
              />
            )}
          </li>
        ))}
      </ul>
      <Note text={run.notes.comments} />
      <CommentForm label="new comment" verb="Add" text={draft} onInput={(text) => detail.write({ draft: text })} onSubmit={() => void detail.addComment()} />
    </Section>
  );
}

function Comment({ comment, onEdit, onDelete }: { comment: CommentRow; onEdit: () => void; onDelete: () => void }) {
  return (
    <>
      <div class="comment-head">
        <span class="faint">{comment.heading}</span>
        {comment.is_whole && (
          <button type="button" class="small" aria-label={`Edit comment ${comment.number}`} onClick={onEdit}>
            Edit
          </button>
        )}
        <button type="button" class="small danger" aria-label={`Delete comment ${comment.number}`} onClick={onDelete}>
          Delete
        </button>
      </div>
      <p class="comment">{comment.body}</p>
    </>
  );
}

interface FormProps {
  label: string;
  /** What the button says. */
  verb: "Add" | "Save";
  text: string;
  onInput: (text: string) => void;
  onSubmit: () => void;
  onCancel?: () => void;
}

function CommentForm({ label, verb, text, onInput, onSubmit, onCancel }: FormProps) {
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim()) onSubmit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
    if (event.key === "Escape" && onCancel) {
      event.preventDefault();
      onCancel();
    }
  };
  return (
    <form class="comment-form" onSubmit={submit}>
      <textarea rows={verb === "Save" ? 3 : 1} aria-label={label} placeholder="comment" value={text} onInput={(event) => onInput(event.currentTarget.value)} onKeyDown={onKeyDown} />
      <button type="submit" disabled={!text.trim()}>
        {verb}
      </button>
      {onCancel && (
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      )}
    </form>
  );
}
