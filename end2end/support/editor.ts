// The editor of the YAML tab.
import type { Page } from "@playwright/test";

/** Pastes a text in the place of the editor's. */
export async function paste(page: Page, text: string): Promise<void> {
  const editor = page.locator("yaml-editor .cm-content");
  await editor.click();
  await page.keyboard.press("Control+a");
  await editor.evaluate((to, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    to.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}
